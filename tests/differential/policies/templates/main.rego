package main

warn contains strings.render_template("{{.name}}!", {"name": input.metadata.name})
