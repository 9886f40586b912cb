"""Stacks as CloudFormation has them: a resource may be refused on demand, and an end is told to EventBridge."""

import json
import logging
import os
import time

from ministack.core.responses import get_account_id, get_region, new_uuid
from ministack.services import eventbridge
from ministack.services.cloudformation import provisioners
from ministack.services.cloudformation import stacks as lifecycle

LOG = logging.getLogger("stacks")


def _refuse(kind, logical_id):
    try:
        with open(os.environ["DEPLOY_REFUSED"], encoding="utf-8") as file:
            lines = file.read().split()
    except OSError:
        return
    for line in lines:
        if line == kind or str(logical_id).startswith(line):
            raise ValueError(f'Resource handler returned message: "refused on demand ({line})"')


def _refusals():
    create, update = lifecycle._provision_resource, lifecycle._update_resource

    def created(kind, logical_id, *rest):
        _refuse(kind, logical_id)
        return create(kind, logical_id, *rest)

    def updated(kind, physical_id, old, new, stack_name, logical_id=None, *rest):
        _refuse(kind, logical_id)
        return update(kind, physical_id, old, new, stack_name, logical_id, *rest)

    provisioners._provision_resource = lifecycle._provision_resource = created
    lifecycle._update_resource = updated


def _end_of_stack(stack_id, status):
    """AWS: the event "CloudFormation Stack Status Change"."""
    detail = {"stack-id": stack_id, "status-details": {"status": status, "status-reason": ""}}
    return {
        "EventId": new_uuid(),
        "Source": "aws.cloudformation",
        "DetailType": "CloudFormation Stack Status Change",
        "EventBusName": "default",
        "Detail": json.dumps({**detail, "client-request-token": ""}),
        "Time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "Resources": [stack_id],
        "Account": get_account_id(),
        "Region": get_region(),
    }


def _events():
    add = lifecycle._add_event

    def added(stack_id, stack_name, logical_id, kind, status, *args, **kwargs):
        answer = add(stack_id, stack_name, logical_id, kind, status, *args, **kwargs)
        if kind == "AWS::CloudFormation::Stack" and logical_id == stack_name:
            try:
                eventbridge._dispatch_event(_end_of_stack(stack_id, status))
            except Exception:
                LOG.exception("The event of a stack's status was lost")
        return answer

    lifecycle._add_event = added


def install():
    _refusals()
    _events()
