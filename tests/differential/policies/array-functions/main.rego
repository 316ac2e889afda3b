package main

items := [name | name := input.spec.template.spec.containers[_].name]

warn contains sprintf("%v", [array.reverse(items)])

warn contains sprintf("%v", [array.slice(items, 0, 1)])

warn contains sprintf("%v", [array.concat(items, [null])])

warn contains sprintf("%v", [sort([3, "a", null, [1], {"x": 1}, true, {1}, 2.5])])

warn contains sprintf("%v", [array.flatten([1, [2, [3]]])])

warn contains sprintf("%v", [max(items)]) if count(items) > 0

warn contains sprintf("%v", [union({{1}, {2, 3}})])

warn contains sprintf("%v", [intersection({{1, 2}, {2, 3}})])

warn contains sprintf("%v", [product([2, 3, 4])])
