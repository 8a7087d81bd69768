"""Words that are names and also words: what the scrubber must not take out of clinical language.

A patient may be called White, Burns or Parkinson. Taking such a name out everywhere would turn "White blood cell count" and
"Burns of multiple sites" into noise, and a diagnosis made on noise harms the patient more than a word of the dictionary gives
them away. So these words are redacted only where they are written like a name (see `scrub.Reach.AS_NAME`); beside another part
of the patient's name, or after a title, they are redacted everywhere. Any other name is redacted everywhere, clinical or not.
Knows no record.
"""

# Eponyms, places in names of tests and diseases, colours, body parts, months, and words of everyday notes.
_ORDINARY = """
addison alzheimer ann apgar arbor asperger baker barr barre barrett becker beck behcet bell berger bowen bright burkitt castleman caroli
centor chagas charcot chiari churg colles columbia conn cooley coxsackie crohn cushing danlos devic down dressler duchenne dupuytren
eaton ebola edinburgh ehlers ellison epstein ewing fabry fallot fanconi felty foley framingham friedreich gaucher gilbert glasgow gram
graves guillain hamilton hansen hashimoto henoch hirschsprung hodgkin holmes homan horner huntington hurler hurst jakob johnson kaposi
kartagener kawasaki korsakoff kussmaul lambert lassa legg lewy lou lyme lynch mallory marburg marfan marie meckel meniere montreal moro
morton munchausen murphy norwalk osgood osler paget parkinson perthes peyronie pompe pott potter prader ramsay raynaud reiter rett reye
rockall rubin sachs schonlein schwartz sever sheehan sjogren stevens still strauss sturge swan takayasu tay toronto tourette turner
vincent vinson virchow waldenstrom weber wegener weiss wells wernicke whipple willebrand williams wilms wilson wolff wood yale zollinger
black blue brown gold golden gray green grey orange pink purple red rose ruby scarlet silver violet white arm back blood bone bones
brain cheek chin elbow eye foot gland hair hand hands head heart iris kidney leg lip liver mouth nail nails neck nerve nose palm rib
shin skin spine teeth temple throat toe tongue tooth vein acute age best blunt bold burn burns cast child clear close cold cough crisp
cross cutting dark day days dose drew dry early even ever fall falls fast few fine firm flat free full general gentle good grand great
hard hardy heal healey high hot just keen large late less light little long loud low major mild minor moody more much near new normal
old open pain part poor proud pure quick quiet raw ready rich rough round self shaking sharp shock short sick slight slow small smart
smooth soft sound sour spark stark stern stiff stone stones strain strange stress strong sugar sweet swift tender thick thin tough true
very warm weak weeks well wet whole wide wild wise young april august autumn christmas easter friday january jan june march may monday
noon spring summer sunday winter art bath beach bean beans berry bird bishop bloom bond book booth box branch brand bread bridge brook
brooks bud bull bush butler camp can care carter case cash chance chase chew church city clay cliff cloud coffee cook cork cotton court
crane crow curry dale dean dial dick dive drake duke earl east eve faith field fields fish fisher flood flora ford forest foster
fountain fox frank frost gene ginger glass glen grace grant guy hall hart hawk hill hills hope house hunt hunter ivy joy judge key king
knight lake lamb land lane law lemon lily link lion lock lodge love lyon mark marsh mason max melody mercy miller mills mint mobile moon
moss moth nice north nurse oak olive page park parks pat paul peak pearl penn penny pepper pike pine piper place pool pope porter post
pound power powers price priest prince rain ray read reading rice rings rivers rob robin rock rocky root rush rusty sage salt sand sands
shell shore single skip snow speed star steel storm street sun tab train trigger victor viola walker wall wallace ward water waters wave
wax west wheat will wing winner wolf worth van von der den del della des dos das ten ter bin ibn san saint mac los las
"""
# What stands in name fields but names nobody; never looked for at all.
_NOT_NAMES = """
mr mrs ms miss mx dr prof sir madam jr sr md phd ii iii iv patient subject person test unknown anonymous unnamed male female baby boy
girl newborn mother father name no not none null
"""

ORDINARY = frozenset(_ORDINARY.split())
NOT_NAMES = frozenset(_NOT_NAMES.split())
TITLES = ("mr", "mrs", "ms", "miss", "mx", "dr")
