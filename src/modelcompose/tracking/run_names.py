"""Names for runs that were given none: two words and a number, easy to say and to tell apart."""

from __future__ import annotations

import random

_ADJECTIVES = (  # noqa: SIM905 - words are easier to read than a list of strings
    "able amber ancient bold brave bright brisk calm candid careful cheerful clear clever cool "
    "crisp curious daring deep eager early fair famous fast fine firm fleet fond frank fresh "
    "gentle glad golden grand great happy hardy honest humble jolly keen kind late lively loyal "
    "lucky mellow merry mighty modest neat nimble noble patient plain polite proud quick quiet "
    "rapid ready robust serene sharp silent silver sincere smart smooth snowy solid spry stately "
    "steady still strong sturdy subtle sunny swift tidy upbeat vivid warm wise witty young"
).split()
_NOUNS = (  # noqa: SIM905 - as above
    "ant badger bat bear beaver bee bird bison boar buck bug calf carp cat chimp cod colt crab "
    "crane cricket crow cub deer dog dolphin donkey dove duck eagle eel elk falcon fawn finch fish "
    "fly foal fox frog gnat gnu goat goose grouse gull hare hawk hen heron hog horse hound jay kit "
    "koi lamb lark lynx mare midge mink mole moose moth mouse mule newt otter owl ox panda perch "
    "pig pike quail ram rat ray robin rook seal shad shark sheep shrew shrike skink slug snail "
    "sparrow squid stag stoat stork swan tern toad trout turtle vole wasp whale wolf worm wren yak"
).split()


def random_name() -> str:
    """Give a name such as `swift-otter-417`; two runs may come to the same one."""
    choose = random.choice
    return f"{choose(_ADJECTIVES)}-{choose(_NOUNS)}-{random.randrange(1000)}"  # noqa: S311
