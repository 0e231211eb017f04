"""`python -m tests.e2e.poisoned_celery ARGUMENTS...`: `celery`, with the faults of tests.races.poisoned_worker."""

from celery.__main__ import main

from tests.races.poisoned_worker import install

if __name__ == "__main__":
    install()
    main()
