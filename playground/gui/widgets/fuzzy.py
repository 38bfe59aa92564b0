"""Fuzzy matching of what someone types against short titles. Knows nothing of Qt."""

from __future__ import annotations

LETTER = 1.0  # for every letter that is found
START = 5.0  # more at the start of a word
RUN = 6.0  # more right behind the letter before
FIRST = 2.0  # more at the start of the title
JUMP = 1.0  # less when letters are left out in between
GAP = 0.05  # less for every letter skipped before the first match, and for every letter of the title

_NONE = float("-inf")


def match(typed: str, title: str) -> tuple[float, tuple[int, ...]] | None:
    """Return how well `title` fits and which of its letters were matched, or None when it does not.

    Each word of `typed` must be a subsequence of the title; the order of the words is free.
    """
    score, places = -GAP * len(title), set[int]()
    for word in typed.lower().split():
        found = _match_word(word, title)
        if found is None:
            return None
        score += found[0]
        places.update(found[1])
    return score, tuple(sorted(places))


def _match_word(word: str, title: str) -> tuple[float, list[int]] | None:
    """Return the best subsequence: dynamic programming over (letter typed, place in the title)."""
    lower = [letter.lower()[:1] for letter in title]
    if not _is_inside(word, lower):
        return None
    bonus = _bonuses(title)
    before: list[float] = []
    trails: list[list[int]] = []
    for at, letter in enumerate(word):
        row, trail, best, best_place = [_NONE] * len(lower), [-1] * len(lower), _NONE, -1
        for place, other in enumerate(lower):
            if at and place and before[place - 1] > best:
                best, best_place = before[place - 1], place - 1
            if other != letter:
                continue
            if at == 0:
                row[place] = LETTER + bonus[place] - GAP * place
                continue
            run = before[place - 1] + RUN if place else _NONE
            jump = best + bonus[place] - JUMP
            row[place], trail[place] = max((LETTER + run, place - 1), (LETTER + jump, best_place))
        trails.append(trail)
        before = row
    return _walk_back(before, trails)


def _walk_back(last: list[float], trails: list[list[int]]) -> tuple[float, list[int]] | None:
    place = max(range(len(last)), key=last.__getitem__)
    score, places = last[place], [place]
    for trail in reversed(trails[1:]):
        places.append(trail[places[-1]])
    return (score, places) if score > _NONE else None


def _is_inside(word: str, letters: list[str]) -> bool:
    rest = iter(letters)
    return all(letter in rest for letter in word)


def _bonuses(title: str) -> list[float]:
    """Return what a match is worth at each place: more where a word starts."""
    bonuses, previous = [], " "
    for place, letter in enumerate(title):
        starts = not previous.isalnum() or (letter.isupper() and previous.islower())
        bonuses.append((START if starts and letter.isalnum() else 0.0) + (FIRST if place == 0 else 0.0))
        previous = letter
    return bonuses
