"""The table of recipes: what a scene can be about, and how often it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from explorer.demo import recipes_animals as animals
from explorer.demo import recipes_food as food
from explorer.demo import recipes_home as home
from explorer.demo import recipes_people as people
from explorer.demo import recipes_places as places
from explorer.demo import recipes_sport as sport
from explorer.demo import recipes_street as street
from explorer.demo import recipes_travel as travel
from explorer.demo.stage import Stage


@dataclass(frozen=True)
class Recipe:
    """A composition.

    Attributes
    ----------
    weight : how many cards of the deck it has, see ``explorer.demo.draw.recipe_for``
    function : sets the scene on a stage
    """

    weight: int
    function: Callable[[Stage], None]


# The name of a recipe is part of the scenes that it makes. Recipes that share a person and an
# animal or a thing, or that swap who acts upon whom, weigh the same, so that neither nouns tell
# acts nor acts tell who does them.
RECIPES: dict[str, Recipe] = {
    # with dogs and cats
    "walk dog": Recipe(2, people.walk_dog),
    "person chases dog": Recipe(4, people.chase_dog),
    "dog chases person": Recipe(4, people.flee_from_dog),
    "feed dog": Recipe(2, people.feed_dog),
    "beside dog": Recipe(2, people.stand_by_dog),
    "play with dog": Recipe(2, people.play_with_dog),
    "dog watches": Recipe(1, people.watch_dog),
    "person chases cat": Recipe(3, people.chase_cat),
    "cat chases person": Recipe(3, people.flee_from_cat),
    "feed cat": Recipe(2, people.feed_cat),
    "play with cat": Recipe(1, people.play_with_cat),
    "cat watches": Recipe(1, people.watch_cat),
    "dog outdoors": Recipe(2, people.show_dog),
    "dog catches frisbee": Recipe(2, sport.let_dog_catch_frisbee),
    "dog skates": Recipe(1, street.let_dog_skate),
    "dog surfs": Recipe(1, sport.let_dog_surf),
    "pet rests": Recipe(3, home.rest_pet),
    # with other animals
    "ride horse": Recipe(3, animals.ride_horse),
    "feed horse": Recipe(2, animals.feed_horse),
    "beside horse": Recipe(2, animals.stand_by_horse),
    "walk horse": Recipe(1, animals.walk_horse),
    "feed cow": Recipe(2, animals.feed_cow),
    "feed sheep": Recipe(1, animals.feed_sheep),
    "ride elephant": Recipe(1, animals.ride_elephant),
    "feed elephant": Recipe(1, animals.feed_elephant),
    "watch elephant": Recipe(1, animals.watch_elephant),
    "elephants": Recipe(3, animals.show_elephants),
    "wild animals": Recipe(4, animals.show_wild_animals),
    "watch wild animals": Recipe(1, animals.watch_animals),
    "farm animals": Recipe(4, animals.show_farm_animals),
    "dog chases sheep": Recipe(1, animals.chase_sheep),
    "sheep chases dog": Recipe(1, animals.flee_from_sheep),
    "dog chases cat": Recipe(1, animals.chase_cat),
    "cat chases dog": Recipe(1, animals.flee_from_cat),
    "cat chases bird": Recipe(1, animals.chase_bird),
    "bird chases cat": Recipe(1, animals.flee_from_bird),
    "cat watches bird": Recipe(1, animals.watch_bird),
    "bird watches cat": Recipe(1, animals.be_watched_by_bird),
    "bird perches": Recipe(3, animals.perch_bird),
    "birds fly": Recipe(2, animals.fly_birds),
    "feed birds": Recipe(1, animals.feed_birds),
    # people
    "hike": Recipe(2, people.hike),
    "bench": Recipe(3, people.sit_on_bench),
    "phone": Recipe(2, people.use_phone),
    "beach umbrella": Recipe(2, people.rest_under_umbrella),
    "portrait": Recipe(4, people.smile),
    "side by side": Recipe(1, people.stand_together),
    "walk together": Recipe(1, people.walk_together),
    "person chases person": Recipe(1, people.chase_person),
    "baby": Recipe(2, people.sit_baby),
    # at home and at work
    "couch": Recipe(3, home.sit_on_couch),
    "armchair": Recipe(1, home.read_in_chair),
    "television": Recipe(2, home.watch_tv),
    "party": Recipe(2, home.celebrate),
    "desk work": Recipe(3, home.work_at_desk),
    "cat at desk": Recipe(1, home.share_desk),
    # sport
    "surf": Recipe(2, sport.ride_surfboard),
    "carry surfboard": Recipe(2, sport.carry_surfboard),
    "ski": Recipe(3, sport.ski),
    "snowboard": Recipe(2, sport.ride_snowboard),
    "skateboard": Recipe(2, street.ride_skateboard),
    "football": Recipe(2, sport.kick_ball),
    "tennis": Recipe(2, sport.hit_tennis_ball),
    "baseball": Recipe(2, sport.hit_baseball),
    "catch ball": Recipe(1, sport.catch_ball),
    "catch frisbee": Recipe(1, sport.catch_frisbee),
    "fly kite": Recipe(2, sport.fly_kite),
    # in the street and on the way
    "ride bicycle": Recipe(2, street.ride_bicycle),
    "push bicycle": Recipe(2, street.push_bicycle),
    "beside bicycle": Recipe(2, street.stand_by_bicycle),
    "motorcycle": Recipe(2, street.ride_motorcycle),
    "bus": Recipe(4, street.pass_bus),
    "wait for bus": Recipe(2, street.wait_for_bus),
    "car and sign": Recipe(7, street.park_car_by_sign),
    "traffic": Recipe(4, street.drive_cars),
    "beside car": Recipe(1, street.stand_by_car),
    "sign": Recipe(11, street.show_sign),
    "crossing": Recipe(2, street.cross_road),
    "rain": Recipe(2, street.walk_in_rain),
    "train": Recipe(3, travel.stop_train),
    "wait for train": Recipe(2, travel.wait_for_train),
    "pull suitcase": Recipe(1, travel.pull_suitcase),
    "train outdoors": Recipe(2, travel.send_train),
    "boats": Recipe(3, travel.moor_boats),
    "watch boats": Recipe(1, travel.watch_boats),
    "ride boat": Recipe(2, travel.ride_boat),
    "airplane": Recipe(3, travel.fly_airplane),
    "watch airplane": Recipe(1, travel.watch_airplane),
    "balloons": Recipe(2, travel.float_balloons),
    "ride balloon": Recipe(1, travel.ride_balloon),
    # food
    "eat": Recipe(5, food.eat),
    "hold food": Recipe(3, food.hold_food),
    "make food": Recipe(3, food.make_food),
    "food": Recipe(8, food.show_food),
    "buy food": Recipe(3, food.buy_food),
    "market": Recipe(2, food.show_market),
    # places without anybody
    "desk": Recipe(2, home.show_desk),
    "empty living room": Recipe(2, places.show_living_room),
    "empty kitchen": Recipe(2, places.show_kitchen),
    "empty office": Recipe(2, places.show_office),
    "empty bench": Recipe(2, places.show_bench),
    "empty beach": Recipe(2, places.show_beach),
    "empty slope": Recipe(2, places.show_slope),
    "empty field": Recipe(1, places.show_field),
    "empty crossing": Recipe(1, places.show_crossing),
    "luggage": Recipe(2, places.show_luggage),
    "kite": Recipe(1, places.show_kite),
}
