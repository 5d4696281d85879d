"""Names, places and words of the four countries. Lists of common names; no person or firm is meant."""

from jantar.project.demo.countries.cz import CZECHIA
from jantar.project.demo.countries.hu import HUNGARY
from jantar.project.demo.countries.model import City, Country, Job, LegalForm, Texts
from jantar.project.demo.countries.pl import POLAND
from jantar.project.demo.countries.sk import SLOVAKIA

COUNTRIES = (CZECHIA, SLOVAKIA, HUNGARY, POLAND)

__all__ = ["COUNTRIES", "CZECHIA", "HUNGARY", "POLAND", "SLOVAKIA", "City", "Country", "Job", "LegalForm", "Texts"]
