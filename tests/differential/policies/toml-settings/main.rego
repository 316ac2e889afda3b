package main

deny contains sprintf("port %v", [input.server.port]) if input.server.port < 1024

deny contains sprintf("%v", [input.owner]) if input.owner.name

warn contains sprintf("%v: %v", [key, value]) if some key, value in input.server
