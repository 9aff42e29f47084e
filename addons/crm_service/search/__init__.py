"""Full text of Chinese, Japanese, Korean and Latin text for PostgreSQL: pure Python."""

from .bigram import all_query, any_query, phrase_query, tokens, vector

__all__ = ["all_query", "any_query", "phrase_query", "tokens", "vector"]
