"""What cards on the first page say."""

from inventory.registry import Task


def told(tasks: list[Task]) -> list[tuple[str, str, bool]]:
    """(number and title, detail, whether numbers are being lost until it is done)."""
    return [
        # Django joins a number and its word by a space that does not break.
        (f"{task.number}{'+' * task.is_at_least} {task.title}", task.detail.replace("\xa0", " "), task.is_bad)
        for task in tasks
    ]


def titles(tasks: list[Task]) -> list[str]:
    return [title for title, _, _ in told(tasks)]
