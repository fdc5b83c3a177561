"""A method made of another."""

from __future__ import annotations

from dualgap.games.game import Game
from dualgap.games.methods.method import Method, require_inner

__all__ = ["Wrapper"]


class Wrapper(Method):
    """Steps of another method, and something done with them.

    What the step costs and how it goes about it is what the other method says, unless the wrapper says otherwise.
    """

    method: Method

    def __post_init__(self) -> None:
        require_inner(self.method)

    @property
    def second_order(self) -> bool:
        """Whether the method is."""
        return self.method.second_order

    @property
    def differentiates_steps(self) -> bool:
        """Whether the method does."""
        return self.method.differentiates_steps

    @property
    def draws(self) -> int:
        """Those of the method."""
        return self.method.draws

    @property
    def update_order(self) -> str:
        """That of the method."""
        return self.method.update_order

    def gradient_calls(self, game: Game) -> int:
        """Those of the method."""
        return self.method.gradient_calls(game)
