"""Addresses of the product home, ballots, the ranking and the criteria."""

from django.urls import path

import roadmap.converters  # noqa: F401  makes <feature:ref> known
from prioritization.views import (
    activity,
    agenda,
    ballot,
    behalf,
    computed,
    criteria,
    deletion,
    explaining,
    feature_votes,
    home,
    meeting,
    ranking,
    ratings_import,
    remarks,
    voting,
    weights,
    your_part,
)

app_name = "prioritization"
urlpatterns = [
    path("ballot/<slug:public_id>/", ballot.ballot, name="ballot"),
    path("ballot/<slug:public_id>/<int:number>/", ballot.ballot_feature, name="ballot-feature"),
    path("ballot/<slug:public_id>/<int:number>/rate/", ballot.rate_feature, name="feature-rate"),
    path("ballot/<slug:public_id>/answers/", ballot.ballot_answers, name="ballot-answers"),
    path("ballot/<slug:public_id>/done/", ballot.finish_ballot, name="ballot-finish"),
    path("ballot/<slug:public_id>/list/", ballot.ballot_list, name="ballot-list"),
    path("ballot/<slug:public_id>/now/", ballot.ballot_now, name="ballot-now"),
    path("p/<slug:slug>/rounds/<slug:public_id>/remarks/", remarks.round_remarks, name="round-remarks"),
    path("p/<slug:slug>/rounds/new/voting/", voting.open_voting, name="voting-new"),
    path("p/<slug:slug>/rounds/<slug:public_id>/meeting/results/", meeting.meeting_results, name="meeting-results"),
    path("p/<slug:slug>/", home.home, name="home"),
    path("your-part/", your_part.your_part, name="your-part"),
    path("p/<slug:slug>/rounds/<slug:public_id>/people/<int:pk>/enter/", behalf.enter_answers, name="answers-enter"),
    path("p/<slug:slug>/activity/", activity.activity, name="activity"),
    path("p/<slug:slug>/delete/", deletion.product_delete, name="product-delete"),
    path("p/<slug:slug>/criteria/", criteria.criteria, name="criteria"),
    path("p/<slug:slug>/features/<feature:ref>/votes/", feature_votes.feature_votes, name="feature-votes"),
    path("p/<slug:slug>/ranking/", ranking.ranking, name="ranking"),
    path("p/<slug:slug>/ranking/<feature:ref>/", ranking.explanation, name="explanation"),
    path("p/<slug:slug>/ranking/<feature:ref>/outlook/", explaining.outlook, name="outlook"),
    path("p/<slug:slug>/ranking/compare/", explaining.compare, name="compare"),
    path("p/<slug:slug>/ranking/columns/", ranking.choose_columns, name="ranking-columns"),
    path("p/<slug:slug>/ranking/computed/", computed.computed, name="computed"),
    path("p/<slug:slug>/ranking/file/", ranking.ranking_file, name="ranking-file"),
    path("p/<slug:slug>/rounds/import/", ratings_import.ratings_import, name="ratings-import"),
    path("p/<slug:slug>/agenda/", agenda.agenda, name="agenda"),
    path("p/<slug:slug>/agenda/ask/", agenda.whom_to_ask, name="whom-to-ask"),
    path("p/<slug:slug>/weights/", weights.weights, name="weights"),
    path("p/<slug:slug>/weights/keep/", weights.keep_weights, name="weights-keep"),
    path("p/<slug:slug>/weights/<int:pk>/delete/", weights.forget_weights, name="weights-forget"),
]
