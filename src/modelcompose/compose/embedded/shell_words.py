"""Split a command line into words, as Compose does for `command`, `entrypoint` and hooks.

No variable, glob or command is expanded. An unquoted `;`, `&`, `|`, `<` or `>` ends the command:
what follows it is dropped without a word, as Compose drops it.

Source: github.com/mattn/go-shellwords.
"""

from __future__ import annotations

_SPACES = " \t\r\n"
_ENDS = ";&|<>"
_PROBLEM = "invalid command line string"

# Quote or bracket to the open ones inside which it is an ordinary character.
_ORDINARY_INSIDE = {
    '"': {"'", "("},
    "'": {'"', "("},
    "`": {"'", '"', "("},
    "(": {"'", '"', "`"},
    ")": {"'", '"', "`"},
}


def split_words(line: str) -> list[str]:
    """Split a command line into words.

    Raises:
        ValueError: a quote or bracket is not closed, or a bracket opens outside quotes.
    """
    splitter = _Splitter()
    is_escaped = False
    for character in line:
        if is_escaped:
            splitter.add(character)
            is_escaped = False
        elif character == "\\" and "'" not in splitter.open:
            is_escaped = True
        elif not splitter.take(character):
            break
    splitter.end_word()
    if is_escaped or splitter.open:
        raise ValueError(_PROBLEM)
    return splitter.words


class _Splitter:
    """What has been read of a command line."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.word = ""
        self.has_word = False
        self.open: set[str] = set()

    def end_word(self) -> None:
        if self.has_word:
            self.words.append(self.word)
            self.word, self.has_word = "", False

    def add(self, text: str) -> None:
        self.word += text
        self.has_word = True

    def take(self, character: str) -> bool:
        """Take a character that is not escaped; false when the command ends before it."""
        if character in _SPACES:
            self._space(character)
        elif character in _ENDS and not self.open:
            self.has_word = self.has_word and not self._names_descriptor(character)
            return False
        elif character not in _ORDINARY_INSIDE or self.open & _ORDINARY_INSIDE[character]:
            self.add(character)
        elif character in "\"'":
            self._quote(character)
        else:
            self._bracket(character)
        return True

    def _space(self, character: str) -> None:
        if self.open:
            self.word += character
        else:
            self.end_word()

    def _names_descriptor(self, character: str) -> bool:
        """Tell whether the word is the number of a redirected file, as in `2>`."""
        return character == ">" and self.word[:1].isdigit()

    def _quote(self, character: str) -> None:
        self.has_word = self.has_word or character in self.open
        self.open ^= {character}

    def _bracket(self, character: str) -> None:
        if character == "(" and ("(" in self.open or not self.word.endswith("$")):
            raise ValueError(_PROBLEM)
        self.open ^= {"(" if character == ")" else character}
        self.add(character)
