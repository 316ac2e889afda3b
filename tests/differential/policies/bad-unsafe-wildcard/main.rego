package main

deny contains "x" if not input.volumes[_].secret
