"""What a replayed action is waiting for."""

from dataclasses import dataclass, field

from sandbox.durable.actions import Action


@dataclass(eq=False, slots=True)
class Node:
    """An action that has finished by itself: a signal, continue-as-new, a cancelled timer."""

    done: bool = True

    @property
    def will_finish(self) -> bool:
        """Whether it is finished, or something that runs already will finish it without an event from outside."""
        return True

    def __str__(self) -> str:
        return "a finished action"


@dataclass(eq=False, slots=True)
class Task(Node):
    """An activity, a timer, a child or an entity call under a sequence id."""

    label: str = "a task"
    done: bool = False

    def __str__(self) -> str:
        return self.label


@dataclass(eq=False, slots=True)
class Retry(Task):
    """An activity or child with retries: each failure opens a pause, each pause the next attempt."""

    action: Action = field(default_factory=lambda: Action(action_type=0))
    attempts: int = 1
    resting: bool = False

    @property
    def exhausted(self) -> bool:
        """Whether the last attempt that the options allow was made."""
        options = self.action.retry_options
        return options is None or self.attempts >= options.max_number_of_attempts

    @property
    def pause(self) -> float:
        """Seconds to the next attempt; none after the last failure (Durable Task Framework, RetryInterceptor)."""
        options = self.action.retry_options
        return 0.0 if options is None or self.exhausted else options.first_retry_interval_in_milliseconds / 1000


@dataclass(eq=False, slots=True)
class Wait(Node):
    """A wait for an external event."""

    name: str = ""
    done: bool = False

    @property
    def will_finish(self) -> bool:
        """Only an event from outside ends it."""
        return self.done

    def __str__(self) -> str:
        return f"an external event '{self.name}'"


@dataclass(eq=False, slots=True)
class Compound(Node):
    """All or any of several."""

    children: list[Node] = field(default_factory=list)
    any: bool = False
    done: bool = False

    def settle(self) -> bool:
        """Look at the children and say whether it is finished; one that finished stays so."""
        states = [settled(child) for child in self.children]
        self.done = self.done or (any(states) if self.any else all(states))
        return self.done

    @property
    def will_finish(self) -> bool:
        """Whether enough children will."""
        states = [child.will_finish for child in self.children]
        return any(states) if self.any else all(states)

    def __str__(self) -> str:
        word = " or " if self.any else " and "
        return word.join(str(child) for child in self.children if not child.done) or "nothing"


def settled(node: Node) -> bool:
    """Whether a node is finished now."""
    return node.settle() if isinstance(node, Compound) else node.done
