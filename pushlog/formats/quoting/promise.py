"""Sentences of other languages than English that promise what their reader will see, by their end."""

from __future__ import annotations

import re

from pushlog.lazy_pattern import lazy_pattern

# They end with the verb, or with what the reader will see: no colon is needed. Words with which a person also tells
# what he saw are no promise, and what comes behind a comma may be another clause.
_PROMISE = lazy_pattern(
    # Chinese, both ways of writing.
    r"(?:[\u5e94\u61c9](?:\u8be5|\u8a72|\u5f53|\u7576)?|[\u5c06\u5c07\u4f60\u60a8]|\u6210\u529f[\u540e\u5f8c]?(?=[\u4f1a\u6703\u5c31]))"
    r"(?:[\u80fd\u4f1a\u6703\u5c31]|\u53ef\u4ee5)*"
    r"(?:[\u663e\u986f]\u793a|\u770b[\u5230\u89c1\u898b]|[\u8f93\u8f38]\u51fa|\u8fd4\u56de|\u51fa[\u73b0\u73fe]|\u6253\u5370)"
    r"[^\n\u3002\uff0c,;\uff1b]{0,16}[\u3002\uff1a:]?\W*$"
    # Japanese.
    r"|(?:\u8868\u793a|\u51fa\u529b|\u7d50\u679c|\u3088\u3046)[^\n\u3001\u3002]{0,16}(?:\u306f\u305a|\u3067\u3057\u3087\u3046)"
    r"[^\n\u3001\u3002\u304c]{0,3}[\u3002:\uff1a]?\W*$"
    # Korean.
    r"|(?:\ud45c\uc2dc|\ucd9c\ub825|\ub098\uc640|\ub098\ud0c0|\ubcf4\uc5ec)[^\n,]{0,4}"
    r"(?:\uc57c (?:\ud569\ub2c8\ub2e4|\ud55c\ub2e4|\ud574\uc694)|\uac83\uc785\ub2c8\ub2e4)\W*$"
    r"|(?:"
    r"(?:\ube44\uc2b7|\uc720\uc0ac)\ud55c "
    # Russian and Ukrainian.
    r"|\b\u0434\u043e\u043b\u0436\w{1,3} (?:\u0443\u0432\u0438\u0434\u0435\u0442\u044c|\u0431\u044b\u0442\u044c"
    r"|\u043f\u043e\u043b\u0443\u0447\u0438\u0442\u044c|\u043f\u043e\u044f\u0432\u0438\u0442\u044c\u0441\u044f"
    r"|\u0432\u044b\u0433\u043b\u044f\u0434\u0435\u0442\u044c)"
    r"|\b\u0443\u0432\u0438\u0434\u0438(?:\u0442\u0435|\u0448\u044c)"
    r"|\b(?:\u043c\u0430\u0454\u0442\u0435|\u043f\u043e\u0432\u0438\u043d\u043d\u0456)"
    r" \u043f\u043e\u0431\u0430\u0447\u0438\u0442\u0438"
    # Vietnamese, Turkish and Indonesian.
    r"|\bs\u1ebd (?:\u0111\u01b0\u1ee3c )?"
    r"(?:th\u1ea5y|hi\u1ec3n th\u1ecb|nh\u1eadn \u0111\u01b0\u1ee3c|in ra|xu\u1ea5t hi\u1ec7n)"
    r"|\bg\xf6r(?:melisiniz|eceksiniz|\xfcnmelidir|meniz gerekir)"
    r"|\b(?:akan|seharusnya) (?:terlihat|melihat|muncul|menampilkan|mendapatkan)"
    # French, Spanish, Portuguese and Italian.
    r"|\b(?:vous|tu) (?:verrez|verras|obtiendrez)\b|\bdevrait (?:afficher|ressembler|donner)\b"
    r"|\b(?:ver\xe1s|obtendr\xe1s|se mostrar\xe1|deber[i\xed]a[sn]? (?:ver|obtener|mostrar|aparecer)"
    r"|dever[a\xe1] (?:ver|aparecer|mostrar)|ser\xe1 exibid[oa]|dovreste|dovresti|vedrai|vedrete)\b"
    # Polish, Czech, Dutch and Swedish.
    r"|\b(?:zobaczysz|uvid\xedte|m\u011bli byste vid\u011bt|zou(?:den)? (?:je|u|we) [^\n,]{0,40}zien|b\xf6r du se)\b"
    r")[^\n,]{0,40}$",
    re.IGNORECASE,
)
# Of a sentence without other letters than those of ASCII one of these is a word.
_ASCII = frozenset(
    (
        *("akan", "seharusnya", "vous", "tu", "devrait", "deberia", "deberias", "deberian", "devera", "dovreste"),
        *("dovresti", "vedrai", "vedrete", "zobaczysz", "zou", "zouden"),
    )
)


def ends_with_promise(sentence: str) -> bool:
    """Return whether a sentence ends with what its reader will see."""
    if sentence.isascii() and _ASCII.isdisjoint(sentence.lower().split()):
        return False
    return _PROMISE.search(sentence) is not None
