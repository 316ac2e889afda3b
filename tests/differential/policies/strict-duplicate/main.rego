package main

import data.a
import data.a

deny contains "x" if data.a
