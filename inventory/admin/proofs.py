"""Proof runs in the admin."""

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

from inventory.admin.base import ReadOnlyAdmin
from inventory.admin.display import Tool, moment_text
from inventory.models import ProofRun


@admin.register(ProofRun)
class ProofRunAdmin(ReadOnlyAdmin[ProofRun]):
    list_display = ("asked", "asked_by", "night", "started", "finished", "counts", "breach_count")
    ordering = ("-id",)
    deferred = ("breaches",)
    empty_list = "Nothing was proven yet. The page Proof starts one."
    fields = (
        "asked",
        "asked_by",
        "night",
        "started",
        "finished",
        "counts",
        "streams",
        "events",
        "movements",
        "deliveries",
        "breach_count",
        "error",
    )

    def tools(self, request: HttpRequest, obj: ProofRun) -> tuple[Tool, ...]:  # noqa: ARG002
        return (Tool(text="Show page", url=reverse("proof_list")),)

    @admin.display(description="asked for")
    def asked(self, obj: ProofRun) -> str:
        return moment_text(obj.asked_at)

    @admin.display(description="started")
    def started(self, obj: ProofRun) -> str:
        return moment_text(obj.started_at)

    @admin.display(description="finished")
    def finished(self, obj: ProofRun) -> str:
        return moment_text(obj.finished_at)
