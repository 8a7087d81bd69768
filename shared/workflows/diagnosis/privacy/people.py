"""The words around a name that show it to be one, in the languages of the records: titles, verbs of
persons, kin.

Data only, folded. After a title or before a verb even a name that is also a word is a person's.
"""

# What stands in name fields but names nobody; never looked for.
_NOT_NAMES_WORDS = """
mr mrs ms miss mx dr prof sir madam jr sr md phd ii iii iv patient subject person test unknown
anonymous unnamed male female baby boy girl newborn mother father name no not none null rn np
pa do dds msc bsc mph facp frcp herr frau dott dra mme mlle med dipl habil
"""
NOT_NAMES = frozenset(_NOT_NAMES_WORDS.split())
_PARTICLES_WORDS = """
van von der den del della delle di da das do dos de des du la le las los el al bin ibn ben abu
ten ter te het op zu zum zur vom af av mac mc o d l y e i san saint st dela vander vanden
"""
PARTICLES = frozenset(_PARTICLES_WORDS.split())
# Any case, even in capitals: these say nothing else.
_STRONG_TITLES_WORDS = """
mrs miss mister missis frau fraulein herr herrn madame mademoiselle monsieur mme mlle senor
senora senorita signor signora signorina senhor senhora pani panna pana panem panu mevrouw
meneer mijnheer mevr dhr mw fru froken sayin rouva doktor doctor docteur dottor dottore
dottoressa doutor doutora professor prof schwester pfleger
"""
STRONG_TITLES = frozenset(_STRONG_TITLES_WORDS.split())
# Words or units too, so only with a capital, and never in capitals: MR, MS.
_TITLES_WORDS = """
mr ms mx dr dra sir madam lady lord hr fr sr sra srta sig dott dona don pan slecna bay bayan
mej heer dame ing dipl med herra frk nurse sister aunt uncle grandma grandpa tante oma opa
onkel
"""
TITLES = frozenset(_TITLES_WORDS.split())
_KIN_WORDS = """
patient patientin pt mother father mum mom dad sister brother daughter son wife husband spouse
partner aunt uncle cousin grandmother grandfather grandson granddaughter niece nephew
neighbour neighbor friend carer caregiver guardian named called surname nickname mutter vater
schwester bruder tochter sohn ehefrau ehemann mann tante onkel nachbarin nachbar freundin
namens mere pere soeur frere fille fils epouse epoux mari femme nomme nommee madre padre
hermana hermano hija hijo esposa esposo marido paciente mae pai irma irmao filha filho sorella
fratello figlia figlio moglie marito paziente matka ojciec siostra brat corka syn zona maz
pacjent pacjentka moeder vader zus broer dochter zoon vrouw echtgenoot mor far moder soster
bror datter dotter sonn hustru kone mand otec sestra bratr dcera manzel manzelka pacientka
anne baba kizi oglu esi
"""
KIN = frozenset(_KIN_WORDS.split())
_VERBS_WORDS = """
reports reported says said states stated denies denied complains complained feels felt came
comes presents presented attends attended lives lived works worked arrived refuses refused
agrees agreed consents consented takes took smokes smoked drinks drank asks asked wants wanted
returns returned admits admitted describes described declines declined visited visits phoned
phones telephoned rang wrote writes told tells understands understood explained explains walks
walked slept sleeps eats ate believes thinks remembers recalls worries cried likes prefers
requests requested mentions mentioned experienced suffers suffered woke lost fell berichtet
berichtete klagt klagte gibt gab sagt sagte verneint verneinte lebt wohnt raucht trinkt kommt
kam leidet stellt erzahlt wunscht meldet nimmt nahm arbeitet schlaft mochte fuhlt rapporte
signale declare dit nie vit habite fume boit vient decrit souffre presente consulte refuse
accepte refiere niega acude presenta vive fuma bebe dice cuenta trabaja sufre comenta solicita
riferisce lamenta nega beve racconta lavora soffre accusa refere relata queixa trabalha diz
sofre zglasza podaje skarzy neguje mieszka pali pije pracuje mowi przyszla przyszedl cierpi
zaprzecza meldt klaagt vertelt ontkent woont rookt drinkt komt kwam zegt werkt geeft
rapporterer rapporterar uppger klager klagar oplyser angiver forteller fortaeller berattar bor
royker ryger roker drikker dricker sier siger sager arbeider arbejder arbetar benekter
fornekar kertoo valittaa asuu udava uvadi stezuje popira bydli kouri rika prisla prisel
"""
VERBS = frozenset(_VERBS_WORDS.split())
# Places and persons of a ward: what "Lab reports" or "Ward states" says is theirs.
_INSTITUTIONS_WORDS = """
lab labs ward clinic hospital nurse path radiology case doctor staff team unit board office
church police school bishop judge
"""
INSTITUTIONS = frozenset(_INSTITUTIONS_WORDS.split())
# Beside these a name is a disease's, a test's or a score's.
_EPONYM_NOUNS_WORDS = """
disease diseases syndrome sign signs test score scale criteria classification reflex lymphoma
palsy tumor tumour phenomenon law contracture fracture hernia ulcer esophagus oesophagus
tremor chorea ataxia stain virus index lesion nodes node spots triad procedure operation
position manoeuvre maneuver tube catheter line point ring cyst duct gland granulomatosis
thyroiditis arteritis neuralgia dementia anemia anaemia encephalopathy deformity dystrophy
sarcoma angle grade stage staging krankheit syndrom zeichen erkrankung demenz tremors maladie
signe enfermedad sindrome signo malattia morbo doenca ziekte choroba zespol sygdom sykdom
sjukdom nemoc hastaligi tauti like type
"""
EPONYM_NOUNS = frozenset(_EPONYM_NOUNS_WORDS.split())
_BEFORE_EPONYMS_WORDS = """
morbus maladie enfermedad malattia morbo doenca ziekte choroba zespol syndrome syndrom
sindrome de di
"""
BEFORE_EPONYMS = frozenset(_BEFORE_EPONYMS_WORDS.split())
# The part of a name of one Han character, or of Hangul, is a name before these.
UNSPACED_TITLES = (
    *(
        "先生",
        "女士",
        "小姐",
        "太太",
        "夫人",
        "醫師",
        "医师",
        "醫生",
        "医生",
        "大夫",
        "教授",
        "老師",
        "老师",
    ),
    *(
        "護士",
        "护士",
        "護理師",
        "主任",
        "同志",
        "さん",
        "様",
        "さま",
        "氏",
        "씨",
        "님",
        "선생",
        "양",
        "군",
        "君",
    ),
)
