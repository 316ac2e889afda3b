package main

violation contains {
	"msg": "gatekeeper's shape",
	"details": {"missing": {"b", "a"}, "n": 1.50, "big": 12345678901234567890, "nested": {"z": [1, null, true], "a": "<&>"}},
	"severity": "high",
	"query": "mine",
	"": "empty key",
} if input.kind

warn contains {"msg": "unicode \u00e9 \u2028 \ud83d\ude00 \t tab", "k": "\u2028<>&\"\\"}
