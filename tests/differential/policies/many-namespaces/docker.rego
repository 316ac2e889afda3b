package docker.commands

warn_commands contains "commands"
