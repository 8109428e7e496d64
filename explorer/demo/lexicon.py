"""Words of the captions: names, synonyms and phrases, each table by what it names."""

from __future__ import annotations

# Names of agents, the plain one first; the same for whoever acts and whoever is acted on.
AGENTS: dict[str, tuple[str, ...]] = {
    "man": ("man", "guy", "gentleman", "person"),
    "woman": ("woman", "lady", "person"),
    "boy": ("boy", "little boy", "young boy", "child", "kid"),
    "girl": ("girl", "little girl", "young girl", "child", "kid"),
    "baby": ("baby", "infant", "toddler"),
    "dog": ("dog", "puppy", "hound"),
    "cat": ("cat", "kitten", "kitty"),
    "horse": ("horse", "pony"),
    "bird": ("bird", "songbird"),
    "elephant": ("elephant",),
    "giraffe": ("giraffe",),
    "zebra": ("zebra",),
    "cow": ("cow", "heifer"),
    "sheep": ("sheep",),
}
GROUPS = {"bird": "flock", "sheep": "flock", "cow": "herd", "zebra": "herd", "elephant": "herd",
          "horse": "group", "giraffe": "pair"}  # fmt: skip

# Adjectives that fit, beside a colour.
AGENT_ADJECTIVES: dict[str, tuple[str, ...]] = {
    "man": ("tall", "bearded", "cheerful", "smiling", "elderly"),
    "woman": ("young", "smiling", "cheerful", "elegant", "curly-haired"),
    "boy": ("happy", "excited", "curious", "playful"),
    "girl": ("happy", "excited", "curious", "laughing"),
    "baby": ("tiny", "chubby", "happy"),
    "dog": ("small", "friendly", "fluffy", "playful", "eager", "shaggy"),
    "cat": ("fluffy", "sleek", "curious", "furry", "calm"),
    "horse": ("strong", "beautiful", "graceful", "gentle"),
    "bird": ("tiny", "colourful", "bright", "feathered"),
    "elephant": ("large", "huge", "wrinkled", "mighty"),
    "giraffe": ("tall", "spotted", "long-necked"),
    "zebra": ("striped", "wild"),
    "cow": ("big", "spotted", "patient"),
    "sheep": ("woolly", "fluffy"),
}

SHIRTS = ("shirt", "t-shirt", "top", "sweater", "jumper")
DRESSES = ("dress", "skirt and top", "summer dress")
HEADGEAR: dict[str, tuple[str, ...]] = {
    "helmet": ("wearing a helmet", "with a helmet on"),
    "beanie": ("wearing a woolly hat", "in a knitted beanie"),
    "sun": ("wearing a sun hat", "in a straw hat"),
    "party": ("wearing a party hat", "with a paper hat on"),
    "cap": ("wearing a cap", "in a baseball cap"),
    "chef": ("wearing a white apron", "dressed as a chef"),
}

# Names of things, the plain one first.
THINGS: dict[str, tuple[str, ...]] = {
    "car": ("car", "automobile", "sedan", "small car"),
    "bus": ("bus", "city bus", "passenger bus"),
    "train": ("train", "passenger train", "commuter train"),
    "bicycle": ("bicycle", "bike", "road bike"),
    "motorcycle": ("motorcycle", "motorbike"),
    "boat": ("boat", "small boat", "wooden boat"),
    "airplane": ("airplane", "plane", "passenger jet", "jet"),
    "balloon": ("hot air balloon",),
    "pizza": ("pizza", "cheese pizza", "pepperoni pizza"),
    "cake": ("cake", "layer cake", "frosted cake", "sponge cake"),
    "fruit": ("bowl of fruit", "basket of fruit"),
    "banana": ("banana", "ripe banana"),
    "apple": ("apple", "red apple", "fresh apple"),
    "orange": ("orange", "juicy orange"),
    "sandwich": ("sandwich", "ham sandwich", "toasted sandwich"),
    "donut": ("donut", "glazed donut", "doughnut with sprinkles"),
    "sign": ("sign",),
    "ball": ("ball",),
    "surfboard": ("surfboard", "surf board"),
    "skis": ("pair of skis",),
    "snowboard": ("snowboard",),
    "skateboard": ("skateboard", "skate board"),
    "kite": ("kite", "diamond kite"),
    "frisbee": ("frisbee", "flying disc"),
    "racket": ("tennis racket", "racquet"),
    "bat": ("baseball bat", "wooden bat"),
    "couch": ("couch", "sofa"),
    "table": ("table", "wooden table"),
    "bench": ("bench", "park bench", "wooden bench"),
    "chair": ("chair", "armchair"),
    "desk": ("desk", "office desk"),
    "laptop": ("laptop", "laptop computer", "notebook computer"),
    "tv": ("television", "flat screen"),
    "phone": ("phone", "cell phone", "smartphone"),
    "umbrella": ("umbrella", "parasol"),
    "book": ("book", "novel", "open book"),
    "suitcase": ("suitcase", "travel bag", "rolling suitcase"),
    "cup": ("cup", "mug", "coffee cup"),
    "backpack": ("backpack", "rucksack"),
    "traffic light": ("traffic light", "street light"),
}
DETAILS: dict[tuple[str, str], tuple[str, ...]] = {
    ("bus", "double decker"): ("double decker bus", "double decker"),
    ("cake", "birthday"): ("birthday cake", "cake with candles", "birthday cake with frosting"),
    ("ball", "soccer"): ("soccer ball", "football"),
    ("ball", "tennis"): ("tennis ball",),
    ("ball", "baseball"): ("baseball",),
    ("ball", "beach"): ("beach ball", "colourful ball"),
    ("sign", "stop"): ("stop sign", "red stop sign"),
    ("sign", "street"): ("street sign", "road sign", "green street sign"),
    ("sign", "wood"): ("wooden sign", "painted sign", "signpost"),
    ("sign", "station"): ("platform sign", "station sign"),
}
THING_ADJECTIVES: dict[str, tuple[str, ...]] = {
    "vehicle": ("shiny", "old", "modern", "vintage"),
    "food": ("delicious", "tasty", "fresh", "sweet"),
    "text": ("large", "weathered"),
    "sport": ("new", "light"),
    "furniture": ("comfortable", "sturdy", "plain"),
    "device": ("thin", "silver"),
    "misc": ("useful", "favourite"),
}
READS = ("that says", "reading", "with the words", "that reads")

# Verbs by act; each is a present participle with what follows it.
VERBS: dict[str, tuple[str, ...]] = {
    "ride": ("riding", "riding on", "travelling on", "sitting on"),
    "hold": ("holding", "clutching", "gripping", "showing"),
    "carry": ("carrying", "bringing", "holding", "lugging"),
    "eat": ("eating", "enjoying", "tasting", "biting into", "munching on"),
    "next": ("standing next to", "standing beside", "waiting near", "posing beside"),
    "sit_on": ("sitting on", "resting on", "relaxing on", "seated on"),
    "sit_under": ("sitting under", "resting under", "relaxing beneath"),
    "walk": ("walking with", "strolling with", "taking a walk with", "wandering along with"),
    "read": ("reading", "looking at", "studying", "absorbed in"),
    "use": ("using", "working on", "typing on", "busy with"),
    "play": ("playing with", "having fun with", "kicking about with"),
    "chase": ("chasing", "running after", "pursuing", "racing after"),
    "fly": ("flying", "steering", "launching"),
    "lie_on": ("lying on", "sleeping on", "napping on", "stretched out on"),
    "watch": ("watching", "looking at", "staring at", "gazing at", "observing"),
    "make": ("preparing", "making", "cooking", "baking"),
    "hit": ("hitting", "swinging at", "striking"),
    "catch": ("catching", "jumping for", "leaping for", "reaching for"),
    "feed": ("feeding", "giving food to", "offering a treat to"),
    "push": ("pushing", "pulling", "moving", "rolling"),
    "wait": ("waiting for", "standing in front of", "waiting beside"),
    "celebrate": ("celebrating with", "gathered around", "cheering over"),
}
# Verbs that belong to one pair only, instead of the general ones.
SPECIAL: dict[tuple[str, str], tuple[str, ...]] = {
    ("ride", "surfboard"): ("riding", "surfing on", "balancing on"),
    ("ride", "skateboard"): ("riding", "doing a trick on", "balancing on"),
    ("ride", "snowboard"): ("riding", "sliding downhill on", "carving the slope on"),
    ("ride", "bicycle"): ("riding", "pedalling", "cycling along on"),
    ("ride", "motorcycle"): ("riding", "speeding along on", "driving"),
    ("ride", "boat"): ("riding in", "rowing", "sitting in", "drifting in"),
    ("ride", "balloon"): ("riding in", "floating in", "drifting in"),
    ("ride", "horse"): ("riding", "galloping on", "riding on"),
    ("play", "ball"): ("kicking", "playing with", "dribbling"),
    ("use", "phone"): ("using", "talking on", "texting on", "looking down at"),
    ("push", "suitcase"): ("pulling", "rolling", "dragging"),
    ("watch", "tv"): ("watching", "relaxing in front of", "looking at"),
    ("sit_on", "sign"): ("perched on", "sitting on", "resting on"),
    ("hold", "baby"): ("holding", "cradling"),
}
# Acts without an object: whole phrases.
ALONE: dict[str, tuple[str, ...]] = {
    "smile": ("smiling at the camera", "posing for a portrait", "looking straight ahead",
              "grinning happily"),
    "ski": ("skiing down a slope", "gliding downhill on skis", "skiing quickly through the snow"),
    "perch": ("perched on a branch", "sitting quietly on a branch", "resting on a tree limb"),
    "hike": ("hiking with a backpack", "walking along a trail with a backpack",
             "trekking with a heavy backpack"),
    "cross": ("crossing the road at a traffic light", "walking across a street",
              "using the crosswalk"),
}  # fmt: skip

POSES: dict[str, tuple[str, ...]] = {
    "standing": ("standing", "standing quietly", "waiting calmly"),
    "walking": ("walking", "walking slowly", "strolling"),
    "running": ("running", "running quickly", "dashing"),
    "grazing": ("grazing", "feeding peacefully"),
    "eating grass": ("eating grass", "nibbling grass"),
    "flying": ("flying", "soaring", "flying high", "gliding"),
    "floating": ("floating", "drifting slowly", "hovering"),
    "docked": ("docked", "moored", "tied up"),
    "sailing": ("sailing", "sailing slowly"),
    "driving": ("driving", "driving past", "moving"),
    "parked": ("parked", "standing", "left alone"),
    "stopped": ("stopped", "waiting", "standing still"),
    "travelling": ("travelling", "speeding", "rolling past"),
    "lying": ("lying", "resting", "sleeping"),
    "": ("",),
}
# Things of which nobody would say that they wait.
STILL = ("sign", "bench", "suitcase", "backpack", "umbrella", "traffic light", "surfboard")

PLACES: dict[str, tuple[str, ...]] = {
    "beach": ("on the beach", "at the beach near the ocean", "on a sandy beach", "by the sea",
              "on the shore", "along the coast", "near the waves"),
    "street": ("on a city street", "in the street", "on a busy city road", "in the town centre",
               "along an avenue", "near an intersection", "in front of some shops"),
    "kitchen": ("in a kitchen", "in a bright kitchen", "inside a home kitchen",
                "at the kitchen counter", "near the stove"),
    "snow": ("in the snow", "on a snowy hill", "on a mountain slope", "on a white slope",
             "in the wintry mountains", "on a cold winter day"),
    "park": ("in a park", "on a green lawn", "in a grassy park", "in the garden",
             "on the grass", "under some leafy trees", "near a winding path"),
    "stadium": ("in a stadium", "on a playing field", "in front of a crowd", "at a sports ground",
                "in a big arena", "while spectators cheer"),
    "living": ("in a living room", "inside a cosy room", "at home", "in the lounge",
               "on a round rug", "in a room with pictures"),
    "office": ("in an office", "in a modern office", "at work", "in a room with large windows",
               "in a tidy workplace"),
    "forest": ("in a forest", "in the woods", "on a forest path", "among tall trees",
               "on a shady trail", "surrounded by trees"),
    "harbour": ("in a harbour", "at the harbour", "near the docks", "by the water",
                "in front of colourful houses", "at a quiet marina"),
    "market": ("at a market", "at an outdoor market", "at a fruit stall", "under striped awnings",
               "between the market stalls"),
    "sky": ("in the sky", "above the clouds", "high above the hills", "in a wide open sky",
            "in the air"),
    "savanna": ("on the savanna", "in the wild", "in a dry grassy field", "on a golden plain",
                "in a dusty landscape", "near an acacia"),
    "farm": ("on a farm", "near a barn", "in a pasture", "in a field beside a fence",
             "in the countryside", "behind a farmhouse"),
    "station": ("at a station", "at a train station", "on the platform", "by the railway tracks",
                "under the station clock"),
    "tabletop": ("on a table", "on a wooden table", "on a plate", "in a close view",
                 "on a checked cloth"),
}  # fmt: skip

BACKGROUNDS: dict[str, tuple[str, ...]] = {
    "beach": ("with waves in the background", "as the waves roll in", "with palm trees behind"),
    "street": ("with tall buildings behind", "with apartment blocks in the background",
               "past bright windows"),
    "kitchen": ("with wooden cabinets behind", "with pots and pans nearby",
                "next to white tiles"),
    "snow": ("with mountains in the distance", "near some pine trees", "with icy peaks behind"),
    "park": ("with trees in the background", "with hills in the distance",
             "with round bushes behind"),
    "stadium": ("while fans watch", "with banners in the background", "in front of the stands"),
    "living": ("near a window", "with a lamp in the corner", "with curtains behind"),
    "office": ("with a city view", "near a bookshelf", "with a skyline outside"),
    "forest": ("with sunlight between the trunks", "with ferns on the ground",
               "with mossy stones nearby"),
    "harbour": ("with red roofs in the background", "next to a wooden dock",
                "with ripples on the water"),
    "market": ("with lots of fresh produce", "with crates of vegetables", "with bunting above"),
    "sky": ("with hills far below", "with puffy clouds around", "over green fields"),
    "savanna": ("with dry bushes behind", "under a hot sun", "with distant acacia trees"),
    "farm": ("with a red barn behind", "with a white fence in the background",
             "with haystacks nearby"),
    "station": ("with people waiting", "with a clock above", "beside the rails"),
    "tabletop": ("in soft light", "with a blurred background", "ready to be served"),
}  # fmt: skip

TIMES: dict[str, tuple[str, ...]] = {
    "day": ("on a sunny day", "in bright daylight", "on a clear afternoon", "under a blue sky"),
    "sunset": ("at sunset", "in the evening", "at dusk", "under an orange sky"),
    "cloudy": ("on a cloudy day", "under a grey sky", "in gloomy weather", "on a dull day"),
    "morning": ("in the morning", "early in the day", "at dawn", "in pale morning light"),
}
RAIN = ("in the rain", "on a rainy day", "during a shower")

# What an empty view may be called, by setting.
VIEWS: dict[str, tuple[str, ...]] = {
    "beach": ("an empty beach", "a quiet shore", "a lonely beach"),
    "street": ("an empty street", "a quiet road", "a deserted crossing"),
    "kitchen": ("an empty kitchen", "a clean kitchen"),
    "snow": ("a snowy landscape", "an empty ski slope"),
    "park": ("a peaceful park", "an empty park"),
    "stadium": ("an empty stadium",),
    "living": ("an empty living room", "a tidy living room"),
    "office": ("an empty office", "a quiet workplace"),
    "forest": ("a quiet forest", "a shady wood"),
    "harbour": ("a calm harbour", "a sleepy marina"),
    "market": ("a colourful market", "a market without customers"),
    "sky": ("a wide sky",),
    "savanna": ("a dry plain", "an open savanna"),
    "farm": ("a green field", "an empty farmyard"),
    "station": ("an empty platform", "a quiet station"),
    "tabletop": ("a wooden table",),
}
NUMBERS = {2: ("two", "a pair of", "a couple of"), 3: ("three", "several"), 4: ("four", "several")}
MANY = ("several", "many", "a group of")
OPENINGS = ("there is", "a photo of", "a picture of", "a view of", "an image of", "here is")
