"""The drawing and its table hold the same features, lanes and dates: for the sample, and for a real public roadmap."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command

from roadmap.models import Feature, Product
from stakeholders.models import Seat
from tests import factories
from tests.real.test_kubernetes_import import bring_in
from tests.roadmap.drawn import drawing_in, table_in

LANES = ["objective", "team", "release"]


def both(client, slug: str, query: str):
    home = f"/p/{slug}/roadmap/{query}"
    return (
        drawing_in(client.get(home).content.decode()),
        table_in(client.get(f"{home}&view=table").content.decode()),
    )


@pytest.mark.django_db
def test_the_sample_reads_the_same_drawn_and_as_a_table(client, sign_in):
    call_command("loadsample", stdout=StringIO())
    beacon = Product.objects.get(is_sample=True)
    sign_in(beacon.seats.filter(role=Seat.Role.MANAGER).first())
    planned = {f"{beacon.key}-{number}" for number in beacon.features.planned().values_list("number", flat=True)}
    for lanes in LANES:
        drawing, table = both(client, beacon.slug, f"?past=1&lanes={lanes}")
        assert drawing.lanes == table.lanes
        assert drawing.marks.keys() == table.marks.keys()
        assert {key for lane in drawing.lanes.values() for key in lane} == planned


@pytest.mark.django_db
@pytest.mark.real_data
def test_kubernetes_reads_the_same_drawn_and_as_a_table(client, sign_in):
    kubernetes = factories.product("kubernetes", key="KEP", name="Kubernetes")
    bring_in()
    sign_in(factories.seat(kubernetes, Seat.Role.READER))
    planned = kubernetes.features.planned().exclude(status=Feature.Status.DROPPED)
    releases = {f"KEP-{each.number}": each.release for each in planned.select_related("release")}
    for lanes in LANES:
        drawing, table = both(client, "kubernetes", f"?past=1&lanes={lanes}")
        assert drawing.lanes == table.lanes
        dates = {key: days for lane in drawing.lanes.values() for key, days in lane.items()}
        assert dates == {key: (str(each.starts_on), str(each.ends_on)) for key, each in releases.items()}
