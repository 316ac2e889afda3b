package main

deny contains "\"quoted\" \\ back \/ slash \u0041 \ttab"

warn contains `raw "quotes" \n not`

warn contains sprintf("%q", ["a\nb\"c"])

warn contains sprintf("%v", [["a\nb", "\u00e9"]])
