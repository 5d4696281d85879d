"""Operations, the changes they made, and undo."""
