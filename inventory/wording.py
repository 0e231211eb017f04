"""What the ledger's own words are called on pages that shop owners read."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from inventory.events import Bucket, Quality

BUCKETS: Mapping[str, Promise] = {
    Bucket.AVAILABLE: _("available"),
    Bucket.HELD: _("held"),
    Bucket.RESERVED: _("reserved"),
    Bucket.PACKED: _("packed"),
    Bucket.RETURNED: _("returned"),
    Bucket.RECEIVED: _("received"),
    Bucket.INCOMING: _("incoming"),
    Bucket.IN_TRANSIT: _("in transit"),
    Bucket.WASTE: _("waste"),
    Bucket.CHANNEL: _("in a sales channel"),
    Bucket.OTHER: _("other"),
}
"""In the order in which pages show them."""

BUCKET_MEANINGS: Mapping[str, Promise] = {
    Bucket.AVAILABLE: _("It can be used or sold."),
    Bucket.HELD: _("It is there, and kept back."),
    Bucket.RESERVED: _("It is there, and promised to somebody."),
    Bucket.PACKED: _("It is there, and packed for somebody."),
    Bucket.RETURNED: _("It came back, and is there."),
    Bucket.RECEIVED: _("It has arrived, and is not put away yet."),
    Bucket.INCOMING: _("It is ordered, and not there yet."),
    Bucket.IN_TRANSIT: _("It is on its way between places."),
    Bucket.WASTE: _("It is spoilt or lost."),
    Bucket.CHANNEL: _("It is what a sales channel shows: somebody else's sum, added to nothing."),
    Bucket.OTHER: _("The source has a word of its own for it, which Stockroom does not know."),
}

QUALITIES: Mapping[str, Promise] = {
    Quality.EXACT: _("exact"),
    Quality.ESTIMATED: _("estimated"),
    Quality.DOUBTFUL: _("doubtful"),
    Quality.UNTRACKED: _("not tracked"),
    Quality.UNKNOWN: _("not known"),
}

QUALITY_MEANINGS: Mapping[str, Promise] = {
    Quality.EXACT: _("The source stands by this number."),
    Quality.ESTIMATED: _("The source worked this number out; nobody counted it."),
    Quality.DOUBTFUL: _("Something has happened since that this number does not show."),
    Quality.UNTRACKED: _("The source does not count this."),
    Quality.UNKNOWN: _("Nobody has said a number that still holds."),
}

EVENTS: Mapping[str, Promise] = {
    "reading": _("Count stated"),
    "adjustment": _("Change stated"),
    "package_read": _("Package stated"),
    "package_adjusted": _("Changed by hand"),
    "package_counted": _("Counted by hand"),
    "lot_born": _("Batch received or made"),
    "lot_spawned": _("Split off another batch"),
    "lot_modified": _("Batch changed"),
    "lot_adjusted": _("Changed by hand"),
    "lot_counted": _("Counted by hand"),
    "lot_moved": _("Batch moved"),
    "lot_ended": _("Batch ended"),
    "lot_revived": _("Batch brought back"),
    "listing_described": _("Listing described"),
    "batch_described": _("Batch described"),
    "place_described": _("Place described"),
}

CAUSES: Mapping[str, Promise] = {
    "delivery": _("a delivery"),
    "manual": _("changed by hand"),
    "count": _("counted by hand"),
    "import": _("an import"),
    "api": _("another program"),
    "replay": _("a delivery that was read again"),
}
"""Why the ledger was written."""

STATUSES: Mapping[str, Promise] = {
    "unknown": _("not known"),
    "live": _("in use"),
    "ended": _("ended"),
}
"""Of a batch."""

MATCHES: Mapping[str, Promise] = {
    "unmatched": _("nobody has matched it yet"),
    "barcode": _("matched by its barcode"),
    "staff": _("matched by staff"),
}
"""How a listing came to its product."""

LINKS_ONWARD: Mapping[str, Promise] = {
    "merged": _("was merged into"),
    "split": _("was split into"),
    "deconstructed": _("was taken apart into"),
    "consumed": _("was used to make"),
    "correlated": _("belongs together with"),
}
"""How a batch is linked to one that came out of it."""

LINKS_BACK: Mapping[str, Promise] = {
    "merged": _("took in"),
    "split": _("was split off"),
    "deconstructed": _("was taken out of"),
    "consumed": _("was made from"),
    "correlated": _("belongs together with"),
}
"""How a batch is linked to the one that it came out of."""


def in_words(words: Mapping[str, Promise], word: str) -> str:
    """What `word` is called; a word that has no entry is shown as it is, without underscores."""
    return str(words[word]) if word in words else word.replace("_", " ")
