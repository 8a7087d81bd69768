"""Which words are words: of medicine, of daily life, or names that stand for a disease; read from
`lexicon/` when first asked.

A name that is such a word is taken out only where its context makes it a person's. Knows no record.
"""

import re
from functools import lru_cache
from pathlib import Path

from shared.workflows.diagnosis.privacy.people import (
    EPONYM_NOUNS,
    INSTITUTIONS,
    KIN,
    STRONG_TITLES,
    TITLES,
    VERBS,
)

_FOLDER = Path(__file__).parent / "lexicon"
# Endings that only words of medicine have: of findings, operations and, as the WHO's stems of INNs,
# of substances.
_ENDINGS = """
itis osis iasis pathy ectomy otomy ostomy scopy plasty algia plegia paresis phasia rrhea rrhoea
rrhage rrhagia rrhaphy sclerosis stenosis megaly ectasis emesis lysis penia cytosis carcinoma
sarcoma lymphoma blastoma adenoma myoma lipoma fibroma hematoma haematoma glaucoma melanoma
granuloma neuroma angioma myeloma glycemia glycaemia kalemia kalaemia natremia natraemia calcemia
calcaemia lipidemia lipidaemia leukemia leukaemia anemia anaemia bacteremia bacteraemia viremia
uremia ischemia ischaemia hypoxemia cholesterolemia uricemia cardiogram ogram ography trophy
dystrophy genic cyte cytes cillin mycin micin cycline oxacin azole dipine prazole setron triptan
gliptin gliflozin glutide glitazone xaban gatran barbital azepam azolam coxib statin sartan olol
tinib ciclib parib poetin grastim rubicin taxel platin bactam penem codone fentanil thiazide semide
dronate lukast tropium terol mab pril opathie ektomie skopie algie anamie pathie logie graphie tomie
plastie pathia ektomia skopia logia patia grafia karzinom karzinome sarkom lymphom adenom remission
progression tumor tumoren druse befall knoten therapie antilichaam antilichamen antikorper fikation
ierung schrankung igkeit losigkeit barkeit tionen itaten aktivitat nucleair nuclear entzundung
schmerz schmerzen erkrankung krankheit krebs beschwerden storung insuffizienz verletzung blutung
"""
_BEGINNINGS = """
cerebro cardio gastro hepato nephro neuro osteo pneumo broncho haemo hemo hyper hypo intra endo
thrombo lympho leuko leuco erythro myelo dermato ophthalmo rhino laryngo electro immuno radio chemo
psycho physio patho cyto histo angio arterio vaso spondylo chondro cranio oesophag esophag duodeno
cholecyst cholangio colono procto utero pyelo musculo encephalo meningo pharyngo tracheo thoraco
abdomino lumbo sacro glosso stomato odonto hystero spermato fibro glomerulo retino kerato microbio
bacterio staphylo strepto sulfa methyl dihydro hydroxy chloro fluoro carboxy deoxy phospho glyco
glyko lipo proteo amino immun antikor antibiot antihyp antikoag anticoag
"""
_ENDING = re.compile("(?:" + "|".join(sorted(set(_ENDINGS.split()), key=len, reverse=True)) + ")$")
# What is said of persons is no name itself.
_BEGINNING = re.compile("(?:" + "|".join(_BEGINNINGS.split()) + ")")
_SHORTEST_WITH_BEGINNING = 9
_AROUND_NAMES = VERBS | KIN | TITLES | STRONG_TITLES | EPONYM_NOUNS | INSTITUTIONS
_SHORTEST_WITH_ENDING = 7
_LONG_ENDING = 4


@lru_cache(maxsize=1)
def _medicine() -> frozenset[str]:
    return _read("medicine", "medicine_other_languages", "drugs")


@lru_cache(maxsize=1)
def _daily() -> frozenset[str]:
    return _read("everyday", "function_words", "months") | _AROUND_NAMES


@lru_cache(maxsize=1)
def eponyms() -> frozenset[str]:
    """Names that stand by themselves for a disease: Parkinson, Crohn."""
    return _read("eponyms")


@lru_cache(maxsize=1)
def compound_eponyms() -> frozenset[str]:
    """Names that stand for one only beside its noun or another name: Johnson of Stevens-Johnson
    syndrome.
    """
    return _read("compound_eponyms")


@lru_cache(maxsize=1)
def months() -> dict[str, frozenset[int]]:
    """The numbers of the months that a word names, in any of 28 languages."""
    found: dict[str, set[int]] = {}
    for number, line in enumerate(_lines("months"), start=1):
        for word in line.split():
            found.setdefault(word, set()).add(number)
    return {word: frozenset(numbers) for word, numbers in found.items()}


def is_medicine(word: str) -> bool:
    """Of a folded word."""
    return word in _medicine() or word in eponyms() or _is_built_like_medicine(word)


def is_word(word: str) -> bool:
    """Of medicine or of daily life. A folded word."""
    return word in _daily() or is_medicine(word)


def _is_built_like_medicine(word: str) -> bool:
    if len(word) < _SHORTEST_WITH_ENDING:
        return False
    if len(word) >= _SHORTEST_WITH_BEGINNING and _BEGINNING.match(word):
        return True
    found = _ENDING.search(word)
    return found is not None and (len(found[0]) >= _LONG_ENDING or len(word) > 8)


def _read(*names: str) -> frozenset[str]:
    return frozenset(word for name in names for line in _lines(name) for word in line.split())


def _lines(name: str) -> list[str]:
    text = (_FOLDER / f"{name}.txt").read_text("utf-8")
    return [line for line in text.splitlines() if not line.startswith("#")]
