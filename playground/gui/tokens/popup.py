"""What stands in the pop-up over a token: its numbers and the first ten alternatives with bars."""

from __future__ import annotations

from html import escape

from playground.gui.tokens.answer import Alternative, Answer
from playground.gui.tokens.words import percent, place

SHOWN = 10
BAR = 90  # pixels of a bar that stands for 100 %

_HEAD = "<tr><td></td><td></td><td align='right'>raw&nbsp;&nbsp;</td><td></td></tr>"


def popup(answer: Answer, at: int) -> str:
    """Return the pop-up of a token as rich text."""
    token, rows = answer.tokens[at], answer.alternatives(at)
    chosen = tuple(row for row in rows[SHOWN:] if row.chosen)
    shares = f"{percent(token.raw_probability)} raw · {percent(token.probability)} after samplers"
    return (
        f"<b>{escape(answer.shown(at))}</b> &nbsp; rank {place(token.rank)}<br>{shares}"
        f"<table cellspacing='0' cellpadding='1'>{_HEAD if rows else ''}"
        f"{''.join(map(_row, (*rows[:SHOWN], *chosen)))}</table>"
    )


def _row(row: Alternative) -> str:
    width = max(1, round(BAR * row.share))
    words = escape(row.words())
    return (
        f"<tr><td>{'●' if row.chosen else '&nbsp;'}&nbsp;</td>"
        f"<td>{f'<b>{words}</b>' if row.chosen else words}&nbsp;&nbsp;</td>"
        f"<td align='right'>{percent(row.share)}&nbsp;&nbsp;</td>"
        f"<td><table cellspacing='0' cellpadding='0'><tr><td width='{width}' bgcolor='#b9b6ff'>&nbsp;</td></tr></table>"
        "</td></tr>"
    )
