"""The word lists of the scenarios: given names with a short form, surnames, towns, streets, occupations.

In: nothing. Out: arrays of words, the commonest first. Surnames and towns are put together from parts, as English ones
are, so that there are many of them without a long list.
"""

import numpy as np
import numpy.typing as npt

Text = npt.NDArray[np.str_]

# name/short form; a name without one has none.
_MALE = """
John/Jack William/Bill Thomas/Tom George/Georgie James/Jim Henry/Harry Charles/Charlie Robert/Rob Edward/Ned
Joseph/Joe Richard/Dick Samuel/Sam Arthur/Art Frederick/Fred Alfred/Alf Walter/Wat David/Davy Francis/Frank
Benjamin/Ben Daniel/Dan Michael/Mick Albert/Bert Stephen/Steve Matthew/Matt Andrew/Andy Peter/Pete Philip/Pip
Alexander/Sandy Hugh Edmund/Ted Nicholas/Nick Ralph Isaac/Ike Jacob/Jake Patrick/Paddy Simon/Si Laurence/Larry
Christopher/Kit Anthony/Tony Herbert Ernest/Ernie Leonard/Len Harold Gilbert/Gil Abraham/Abe Reginald/Reg Martin
Josiah Augustus/Gus Timothy/Tim Nathaniel/Nat Roger/Hodge Clement/Clem Oliver/Noll Bernard Adam Lewis/Lew Mark
Theodore/Theo Ambrose Silas Cuthbert/Bertie Godfrey Solomon/Sol Humphrey/Dump Barnaby Rupert Jonathan/Jon Miles
"""
_FEMALE = """
Mary/Molly Elizabeth/Betty Anne/Nan Sarah/Sally Jane/Jenny Margaret/Peggy Ellen/Nell Alice Emma Catherine/Kate
Martha/Patty Hannah Harriet/Hattie Susan/Sue Charlotte/Lottie Frances/Fanny Florence/Flo Emily/Em Caroline/Carrie
Louisa/Lou Edith/Edie Rose Eleanor/Nora Lucy Agnes/Aggie Isabella/Bella Dorothy/Dolly Rebecca/Becky Maria Ruth
Matilda/Tilly Clara Julia/Jule Amelia/Milly Rachel Grace Helen/Lena Esther/Essie Winifred/Winnie Beatrice/Bea
Mabel Ada Judith/Judy Barbara/Babs Bridget/Biddy Lydia Phoebe Philippa/Pippa Joanna/Jo Theresa/Tess Rosamund/Rosa
Gertrude/Gertie Constance/Connie Honor Ursula Sophia/Sophy Henrietta/Etta Marion Adelaide/Addie Cecily/Cis Jemima/Mima
Virginia/Ginny Abigail/Abby Priscilla/Cilla Deborah/Debbie Prudence/Prue Letitia/Lettie Olive Miriam Victoria/Vicky
"""
_SURNAME_STARTS = """
Ash Black Hart Wood Brad Stan Whit Red Hol Mil Thorn Ald Cress Dun East West Nor Sut Fair Green Hay Kings Lang Marsh
Old Park Rams Sand Shel Staf Tem Under Wal War Win Birch Cole Den Elm Farn God Hamp Kirk Lin Mere
"""
_SURNAME_ENDS = "ford ley ton well man field wood by worth ham er bury land brook shaw more cott stead dale wick"
_TOWN_STARTS = """
Bramp Carl Dor Ever Fal Gren Hex Ips Kes Led Mar Nant Or Pen Quorn Rip Sher Taun Up Ven Wick Yar Ax Brid Cul Dart Ely
Frod Glos Hal
"""
_TOWN_ENDS = "cester mouth ton bridge combe stow"
_STREETS = """
High Church Mill Station Chapel Queen Park London Victoria Green Manor Kings New Grange School York Springfield Albert
Bridge North George Orchard Windsor Richmond Cross Meadow Alexandra Stanley Chestnut Highfield Castle Union Market
Tower Cliff Abbey Ferry Quarry Harbour Foundry Cherry Poplar Laurel Linden Swan Nelson Wellington Priory Temple Vicarage
"""
_STREET_KINDS = "Street Road Lane Avenue Close"
_OCCUPATIONS = """
labourer farmer servant clerk politician soldier priest teacher weaver miner tailor writer merchant carpenter sailor
engineer physician painter lawyer blacksmith shoemaker actor composer botanist gardener baker printer nurse architect
historian judge grocer mason butcher brewer surveyor journalist singer sculptor chemist geologist cooper saddler
bookseller astronomer diplomat publisher photographer dressmaker potter explorer cabinetmaker banker coachman engraver
"""


def _split(text: str) -> Text:
    return np.array(text.split(), dtype=np.str_)


def _join(starts: str, ends: str) -> Text:
    """Every start with every end, in an order that mixes them."""
    first, last = _split(starts), _split(ends)
    every = np.strings.add(np.repeat(first, len(last)), np.tile(last, len(first)))
    return np.random.default_rng(1).permutation(every)


def _names(text: str) -> tuple[Text, Text]:
    pairs = [each.partition("/") for each in text.split()]
    return np.array([each[0] for each in pairs]), np.array([each[2] for each in pairs])


MALE, MALE_SHORT = _names(_MALE)
FEMALE, FEMALE_SHORT = _names(_FEMALE)
SURNAMES = _join(_SURNAME_STARTS, _SURNAME_ENDS)
TOWNS = _join(_TOWN_STARTS, _TOWN_ENDS)
STREETS = np.strings.add(np.strings.add(np.repeat(_split(_STREETS), 5), " "), np.tile(_split(_STREET_KINDS), 50))
OCCUPATIONS = _split(_OCCUPATIONS)


def draw(rng: np.random.Generator, words: Text, count: int, evenness: float) -> npt.NDArray[np.int64]:
    """Places in the list, the first ones the most often (Zipf's law, flattened by `evenness`)."""
    share = 1 / (np.arange(len(words)) + evenness)
    return rng.choice(len(words), count, p=share / share.sum())
