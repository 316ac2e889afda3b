package main

import data.lib.text
import data.lib.text as words

deny contains text.loud(input.kind)

warn contains sprintf("%v", [words.count_letters(input.metadata.name)])

warn contains sprintf("%v", [data.lib.text.letters]) if count(text.letters) > 0
