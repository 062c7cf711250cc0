"""核对: what the demonstration expects, told only once it has been looked at."""

from rich.console import Console
from rich.text import Text


class Findings:
    """Prints every expectation with what was found, and keeps those that did not hold."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self.count = 0
        self.failed: list[str] = []

    def chapter(self, title: str, told: str = "") -> None:
        self._console.print()
        self._console.print(Text(title, style="bold"))
        if told:
            self.note(told)

    def note(self, told: str) -> None:
        """What was done, not found."""
        self._console.print(Text(f"  {told}", style="dim"), soft_wrap=True)

    def expect(self, held: bool, claim: str, found: str = "") -> None:
        """`claim` if it `held`; `found` is what the one who looked said himself."""
        self.count += 1
        line = Text("  ✓ " if held else "  ✗ ", style="green" if held else "bold red")
        line.append(claim if held else f"没有做到：{claim}", style="default" if held else "red")
        if found:
            line.append(f"  〔{found}〕", style="dim")
        self._console.print(line, soft_wrap=True)
        if not held:
            self.failed.append(claim)
