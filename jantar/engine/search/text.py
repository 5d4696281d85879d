"""How text is cut into words and keys: in Python for what is searched, in SQL for what is found. Both agree."""

import re

from jantar.kit.text import BETWEEN_WORDS, fold

MAX_WORD = 40
MAX_KEY = 100
#: Longer texts are found by their beginning.
MAX_TEXT = 1000
#: A phone number without its country code, as people pass it on.
PHONE_DIGITS = 9

# The same patterns serve Python and PostgreSQL.
IN_KEYS = r"[ \t\r\n\f\v.()/\[\]+-]+"
PREFIXED_NUMBER = r"^[a-z]{1,3}[0-9]{5,}$"

# Marks between the type and the word in a lexeme: words of the title, words anywhere, keys.
IN_TITLE, ANYWHERE, KEY = "=", ".", "#"


def words_of(text: str) -> list[str]:
    """The folded words of a text, in order."""
    return [word[:MAX_WORD] for word in re.sub(BETWEEN_WORDS, " ", fold(text)).split()]


def keys_of(text: str) -> list[str]:
    """The spellings under which an identifier, phone number or e-mail address is found.

    Spaces, dots, dashes, slashes, brackets and plus signs do not count; a long number is also found by its last
    nine digits, "CZ12345678" by its digits, an e-mail address by its domain.
    """
    key = re.sub(IN_KEYS, "", fold(text))[:MAX_KEY]
    found = [key] if key else []
    if re.fullmatch("[0-9]+", key) and len(key) > PHONE_DIGITS:
        found.append(key[-PHONE_DIGITS:])
    if re.match(PREFIXED_NUMBER, key):
        found.append(re.sub("^[a-z]+", "", key))
    if "@" in key:
        found.append(key.partition("@")[2])
    return [one for one in found if one]


# In PL/pgSQL, which keeps its plans: a function in SQL would plan the long folding table for every row.
CREATE_FUNCTIONS = f"""
CREATE OR REPLACE FUNCTION jantar_words(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT trim(regexp_replace(jantar_fold($1), '{BETWEEN_WORDS}', ' ', 'g'))
$$;

CREATE OR REPLACE FUNCTION jantar_keys(given text) RETURNS text[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    key text := left(regexp_replace(jantar_fold(given), '{IN_KEYS}', '', 'g'), {MAX_KEY});
    spellings text[] := ARRAY[key];
BEGIN
    IF key ~ '^[0-9]+$' AND length(key) > {PHONE_DIGITS} THEN
        spellings := spellings || right(key, {PHONE_DIGITS});
    END IF;
    IF key ~ '{PREFIXED_NUMBER}' THEN
        spellings := spellings || regexp_replace(key, '^[a-z]+', '');
    END IF;
    IF strpos(key, '@') > 0 THEN
        spellings := spellings || substr(key, strpos(key, '@') + 1);
    END IF;
    RETURN array_remove(spellings, '');
END $$;

CREATE OR REPLACE FUNCTION jantar_lexemes(type text, title text, body text, keys text[]) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    found text[] := '{{}}';
    one text;
    key text;
BEGIN
    FOREACH one IN ARRAY string_to_array(jantar_words(coalesce(title, '')), ' ') LOOP
        found := found || (type || '{IN_TITLE}' || left(one, {MAX_WORD}));
        found := found || (type || '{ANYWHERE}' || left(one, {MAX_WORD}));
    END LOOP;
    FOREACH one IN ARRAY string_to_array(jantar_words(left(coalesce(body, ''), {MAX_TEXT})), ' ') LOOP
        found := found || (type || '{ANYWHERE}' || left(one, {MAX_WORD}));
    END LOOP;
    FOREACH one IN ARRAY array_remove(array_remove(keys, NULL), '') LOOP
        FOREACH key IN ARRAY jantar_keys(one) LOOP
            found := found || (type || '{KEY}' || key);
        END LOOP;
    END LOOP;
    RETURN array_to_tsvector(found);
END $$;
"""

DROP_FUNCTIONS = """
DROP FUNCTION jantar_lexemes(text, text, text, text[]);
DROP FUNCTION jantar_keys(text);
DROP FUNCTION jantar_words(text);
"""
