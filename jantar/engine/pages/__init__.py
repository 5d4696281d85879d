"""Pages made from record types: lists, boards, record pages, forms."""
