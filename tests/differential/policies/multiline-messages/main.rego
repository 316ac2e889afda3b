package main

deny contains "first line\nsecond line"

deny contains "  leading, trailing  "

warn contains "tab\there \"quotes\" 'single' `back` <b>&amp; % %25 : , ::error::"

warn contains `raw\n text`

violation contains {"msg": "é日本語🎉 \r\n end"}
