"""The demo company: believable, deterministic, and nobody real."""


def fill_demo() -> list[str]:
    """Store the demo company in an empty database; return lines that tell how to sign in."""
    from jantar.project.demo.load import load_demo

    return load_demo()
