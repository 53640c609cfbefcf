"""Invented names: no player of the real league is meant by any of them."""

from __future__ import annotations

import numpy as np

_FIRST = """
Adrastus Alaric Ambroise Anselm Arlo Auberon Balthazar Barnaby Basilio Benedikt Birger Bodhi Brannock Caspian Cassius
Cato Ciarán Corwin Cosimo Crispin Cyprian D'Aurel Da'Lonzo De'Marvius Dezmund Diggory Dov Drazen Eamon Efraím Eldric
Emeric Enzo Ephraim Evander Fabrício Faolan Ferris Fitz Florian Gaspard Gideon Giraud Godric Gunnar Hadrian Halvard
Hamish Héctor Hiram Horatio Idris Ignatz Ilario Inigo Isidor Ja'Vante Jago Jareth Jelani Jericho Joaquim Jorah Kazimir
Ke'Shon Kellan Kwabena Lazar Leopold Linus Lorcan Lysander Magnus Malachai Marek Mathis Matija Mordecai Nehemiah Niklas
Nnamdi Octavian Oisín Okoro Orlin Osric Otto Percival Phineas Quillan Radek Raffaele Ragnar Renzo Rocco Roderic Rufus
Sandor Sébastien Severin Silas Søren Stellan Tadeo Tavish Thaddeus Tiberius Tobias Torvald Ulric Umberto Valerian
Vaughn Viggo Wendel Wolfram Xander Yannick Yusuf Zebulon Zoltan Žarko
"""
_LAST = """
Abernethy-Cole Addlestone Akinwande Alderbrook Amberley Arkwright Ashgrove Athelstan Azevedo-Reyes Babbington Balderrama
Bańkowski Barrowclough Beaufoy Bellwether Birkenshaw Blackmarsh Blanchet Boatswain Bracegirdle Brightwater Brockhurst
Bułak Butterworth Cadwallader Calderbank Carnforth Castellane Chadbourne Cholmondeley Clutterbuck Coldstream Colquitt
Copperfield Corrigan-Vale Cottonwood Cranmer Crowhurst D'Abruzzi D'Estaing Dankworth Darkwater Deverell Dieudonné
Dovekie Drăgulescu Drinkwater Dumbleton Eastlake Eberhardt Eckersley Elphinstone Entwistle Evergreen Fairweather
Farthingale Featherstone Fenwick-Osei Figgins Fothergill Frobisher Galbraith Gatewood Gildersleeve Glendower Goldfinch
Goodspeed Granger-Lowe Greenhalgh Grimaldi Gudmundsson Habersham Halloway Hammersmith Hargreave Hawksmoor Heatherington
Hellström Higginbotham Hollingberry Hornblower Huckaby Ibekwe-Stone Illingworth Inglethorpe Ironside Jankauskis Jellicoe
Jimmerson Kaczorowski Kettleborough Kilbride Kingfisher Kitteridge Kołodziej Kvistgaard Lacklander Lambkin Larkspur
Lathrop Leatherwood Lightfoot-Bea Lindqvist Loughborough Lovelace Lyttelton MacAllister Mainwaring Marchbanks Meriwether
Micklewhite Millhouse Monkhouse Mooring Mountjoy Mumbanga Nethercott Nightingale Northcote O'Callahan O'Dowda O'Shaughnessy
Oakenfold Obuasi Ogunleye-Hart Oldcastle Osterhaus Pargeter Peasgood Pellegrino Pemberton Pettibone Pickersgill
Plowright Pomeroy Quartermain Quicksilver Radcliffe-Nwosu Ravenscroft Rękas Ridgeway Rosewarne Rotherham Ruddock
Saltonstall Sandoval-Prince Scattergood Šćepanović Seagrave Shackleford Silverthorne Skeffington Sørlund Southgate
Spofforth Starkweather Stonebridge Strangways Summerhill Sweetwater Swithinbank Tanqueray Tattersall Thistlewood
Threlkeld Throckmorton Tillinghast Trelawney Trubshaw Turnbuckle Underhill-Moss Uttoxeter Vandersloot Verhoogen
Vickerstaff Wadsworth-Aye Wainfleet Wallingford Warrender Weatherspoon-Tate Wetherby Whitcombe Wigglesworth Willoughby
Winterbourne Wolstenholme Woodruff-Sy Wrigglesby Xenakis Yarborough Yellowlees Zabriskie Zhelyazkov
"""
_SUFFIXES = ("Jr.", "III", "II", "IV")
_COLLEGES = ("Northern State", "Lakeside", "Port Arden", "Cedar Valley", "Saint Brannoc", "Westmarch", "Tidewater A&M")
_COUNTRIES = ("USA", "USA", "USA", "USA", "USA", "Canada", "France", "Australia", "Serbia", "Nigeria", "Germany")


def invent(rng: np.random.Generator, taken: set[str]) -> tuple[str, str, str]:
    """First name, last name and suffix ('' for most) of a player whose full name is not in `taken`, which it joins."""
    first_names, last_names = _FIRST.split(), _LAST.split()
    while True:
        first = first_names[int(rng.integers(len(first_names)))]
        last = last_names[int(rng.integers(len(last_names)))]
        suffix = _SUFFIXES[int(rng.choice(4, p=(0.6, 0.2, 0.15, 0.05)))] if rng.random() < 0.06 else ""
        if (name := full_name(first, last, suffix)) not in taken:
            taken.add(name)
            return first, last, suffix


def full_name(first: str, last: str, suffix: str) -> str:
    """'First Last Jr.', as box scores print it."""
    return f"{first} {last} {suffix}".rstrip()


def origin(rng: np.random.Generator) -> tuple[str | None, str]:
    """College (None for players from abroad) and country."""
    country = _COUNTRIES[int(rng.integers(len(_COUNTRIES)))]
    return (_COLLEGES[int(rng.integers(len(_COLLEGES)))] if country == "USA" else None), country
