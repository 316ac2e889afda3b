"""The types of builtins: of their arguments, and of what they give.

A letter is a type: `s`tring, `n`umber, `b`oolean, `a`rray, `o`bject, se`t`, nu`l`l, `x` anything.
Recorded from `opa capabilities --current`, version 1.21.
"""

from __future__ import annotations

from typing import Final

_NAMES = {
    ">a": "rego.metadata.chain",
    ">n": "time.now_ns",
    ">o": "opa.runtime",
    "a,a>a": "array.concat",
    "a,n,n>a": "array.slice",
    "a>a": "array.flatten array.reverse",
    "a>o": "object.union_n",
    "a>s": "internal.template_string",
    "a>x": "internal.print internal.test_case",
    "an,an>a": "time.diff",
    "an>a": "time.clock time.date",
    "an>s": "time.format time.weekday",
    "aost,aost>t": "net.cidr_contains_matches",
    "aost>n": "count",
    "aot,aot>b": "object.subset",
    "ast,ast>b": "strings.any_prefix_match strings.any_suffix_match",
    "at>a": "sort",
    "at>b": "all any",
    "at>n": "product sum",
    "at>t": "net.cidr_merge",
    "at>x": "max min",
    "blns>n": "to_number",
    "n,n,n,n>n": "time.add_date",
    "n,n,n>a": "numbers.range_step",
    "n,n>a": "numbers.range",
    "n,n>n": "bits.and bits.lsh bits.or bits.rsh bits.xor div mul plus rem",
    "n,n>s": "format_int",
    "n>n": "abs bits.negate ceil floor round",
    "nt,nt>nt": "minus",
    "o,aot>o": "object.filter object.remove",
    "o,at>o": "json.filter json.remove",
    "o,at>t": "graph.reachable graph.reachable_paths",
    "o,o,n>o": "providers.aws.sign_req",
    "o,o,o>s": "io.jwt.encode_sign",
    "o,o>o": "object.union",
    "o,s>s": "strings.replace_n",
    "o,x,x>x": "object.get",
    "o>o": "http.send",
    "o>s": "urlquery.encode_object",
    "o>t": "object.keys",
    "os,os>a": "graphql.parse graphql.parse_and_verify json.match_schema",
    "os,os>b": "graphql.is_valid",
    "os>a": "json.verify_schema",
    "os>b": "graphql.schema_is_valid",
    "s,a>s": "sprintf",
    "s,al,s>b": "glob.match",
    "s,at>s": "concat",
    "s,n,n>s": "substring",
    "s,n>n": "rand.intn",
    "s,o>a": ("crypto.x509.parse_and_verify_certificates_with_options io.jwt.decode_verify"),
    "s,o>s": "strings.render_template",
    "s,s,n>a": "regex.find_all_string_submatch_n regex.find_n strings.split_n",
    "s,s,s,s>b": "regex.template_match",
    "s,s,s>s": "io.jwt.encode_sign_raw regex.replace replace",
    "s,s>a": "indexof_n regex.split split",
    "s,s>b": (
        "contains crypto.hmac.equal endswith io.jwt.verify_eddsa io.jwt.verify_es256 "
        "io.jwt.verify_es384 io.jwt.verify_es512 io.jwt.verify_hs256 "
        "io.jwt.verify_hs384 io.jwt.verify_hs512 io.jwt.verify_ps256 "
        "io.jwt.verify_ps384 io.jwt.verify_ps512 io.jwt.verify_rs256 "
        "io.jwt.verify_rs384 io.jwt.verify_rs512 net.cidr_contains net.cidr_intersects "
        "net.cidr_overlap re_match regex.globs_match regex.match startswith"
    ),
    "s,s>n": "indexof semver.compare strings.count time.parse_ns",
    "s,s>o": "crypto.x509.parse_keypair rego.parse_module",
    "s,s>s": (
        "crypto.hmac.md5 crypto.hmac.sha1 crypto.hmac.sha256 crypto.hmac.sha512 trim "
        "trim_left trim_prefix trim_right trim_suffix"
    ),
    "s>a": (
        "crypto.parse_private_keys crypto.x509.parse_and_verify_certificates "
        "crypto.x509.parse_certificates io.jwt.decode"
    ),
    "s>b": (
        "base64.is_valid json.is_valid net.cidr_is_valid regex.is_valid trace "
        "uri.is_valid yaml.is_valid"
    ),
    "s>n": ("time.parse_duration_ns time.parse_rfc3339_ns units.parse units.parse_bytes"),
    "s>o": (
        "crypto.x509.parse_certificate_request crypto.x509.parse_rsa_private_key "
        "graphql.parse_query graphql.parse_schema uri.parse urlquery.decode_object "
        "uuid.parse"
    ),
    "s>s": (
        "base64.decode base64.encode base64url.decode base64url.encode "
        "base64url.encode_no_pad crypto.md5 crypto.sha1 crypto.sha256 glob.quote_meta "
        "hex.decode hex.encode lower strings.reverse trim_space upper urlquery.decode "
        "urlquery.encode uuid.rfc4122"
    ),
    "s>t": "net.cidr_expand net.lookup_ip_addr",
    "s>x": "json.unmarshal yaml.unmarshal",
    "t,t>t": "and or set_diff",
    "t>t": "intersection union",
    "x,a>x": "json.patch",
    "x,o>s": "json.marshal_with_options",
    "x,x,x>b": "internal.member_3",
    "x,x>b": "assign eq equal gt gte internal.member_2 lt lte neq",
    "x>a": "cast_array walk",
    "x>b": (
        "cast_boolean is_array is_boolean is_null is_number is_object is_set is_string "
        "semver.is_valid"
    ),
    "x>l": "cast_null",
    "x>o": "cast_object",
    "x>s": "cast_string json.marshal type_name yaml.marshal",
    "x>t": "cast_set",
}

SIGNATURES: Final[dict[str, tuple[tuple[str, ...], str]]] = {
    name: (tuple(arguments.split(",")), result)
    for signature, names in _NAMES.items()
    for arguments, _, result in [signature.partition(">")]
    for name in names.split()
}
