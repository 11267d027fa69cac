"""Consents: a source's yes or no to being contacted, as granted or denied.

In: a column of raw values. Out: `consent` (granted, denied or null) and `reason`.
What is neither a clear yes nor a clear no gives null and a reason: consent is never assumed.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from transforms.vocabulary import fold_words, invert, translate

# Plain answers: what they mean depends on the question the column asks ("Email Opt Out": yes = denied).
ANSWERS = invert(
    {
        "granted": "yes|y|true|t|1|on|ok|checked|ja|oui|si|sí|是|是的|对|对的|√|✓|✔|有|真",
        "denied": "no|n|false|f|0|off|unchecked|nein|non|否|不|不是|×|✗|✘|假",
    }
)
# Words that say themselves which way they go, whatever the question.
STATEMENTS = invert(
    {
        "granted": "granted|grant|given|opted in|opt in|optin|subscribed|subscribe|single opt in|double opt in"
        "|confirmed|confirmed opt in|accepted|accept|agreed|agree|allowed|allow|consented|consent|consent obtained"
        "|obtained|permitted|approved|active subscriber"
        "|同意|已同意|我同意|同意接收|订阅|已订阅|訂閱|已訂閱|授权|已授权|接受|已接受|允许|愿意|愿意接收",
        "denied": "denied|deny|refused|opted out|opt out|optout|unsubscribed|unsubscribe|not subscribed"
        "|never subscribed|rejected|reject|declined|decline|disagreed|disagree|withdrawn|revoked|disallowed"
        "|not allowed|not given|not granted|no consent|do not contact|do not email|do not call|dnc|blocked"
        "|blacklisted|spam|complained|cleaned|redacted"
        "|不同意|未同意|没有同意|拒绝|已拒绝|拒絕|退订|已退订|退訂|已退訂|取消订阅|未订阅|撤回|已撤回|撤销|取消授权|未授权|不接受"
        "|不允许|不愿意|勿扰|黑名单|td|t退订",
    }
)
ASKED = (
    *("pending", "unconfirmed", "consent pending", "consent waiting", "waiting", "requested", "invited"),
    *("待确认", "未确认", "等待确认"),
)


def standardise_consents(
    values: pa.Array | pa.ChunkedArray | Sequence[str | None], *, asks_refusal: bool = False
) -> pa.Table:
    """Give `consent` and `reason` for each value.

    `asks_refusal` is for columns whose question is the refusal ("Email Opt Out", "退订"): there a plain yes denies.
    """
    words = fold_words(values)
    answers = {word: _opposite(term) for word, term in ANSWERS.items()} if asks_refusal else ANSWERS
    consent, known = translate(words, answers | STATEMENTS)
    nothing = pa.scalar(None, pa.string())
    asked = pc.is_in(words, value_set=pa.array(ASKED))
    reason = pc.if_else(asked, "asked for, not given yet", "not a known word for yes or no")
    strange = pc.and_not(pc.is_valid(words), known)
    return pa.table({"consent": consent, "reason": pc.if_else(strange, reason, nothing)})


def _opposite(term: str | None) -> str | None:
    return {"granted": "denied", "denied": "granted", None: None}[term]
