package main

test_small if "x is small" in deny with input as {"name": "x", "size": 1}

test_big if count(deny) == 0 with input as {"name": "x", "size": 9}

test_wrong if count(deny) == 1 with input as {"name": "x", "size": 9}

todo_test_later if false
