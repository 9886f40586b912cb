"""Events of AWS services, and events that go to another region. In MiniStack 1.5.33 nobody can send what AWS Health
sends, and no event leaves its region; AWS hands events on between the buses of two regions."""

from ministack.core.responses import request_scope
from ministack.services import eventbridge


def _services_speak():
    put = eventbridge._put_events
    eventbridge._put_events = lambda data, allow_aws_source=False: put(data, allow_aws_source=True)


def _is_bus(spec):
    return spec.service == "events" and spec.resource.startswith("event-bus/")


def _events_cross_regions():
    matches, dispatch = eventbridge._target_matches_request_scope, eventbridge._dispatch_to_event_bus
    eventbridge._target_matches_request_scope = lambda spec: _is_bus(spec) or matches(spec)

    def dispatched(spec, event, rule, event_path, target_input_payload=None):
        with request_scope(spec.account_id, spec.region):
            eventbridge._ensure_default_bus()
            return dispatch(spec, event, rule, event_path, target_input_payload)

    eventbridge._dispatch_to_event_bus = dispatched


def install():
    _services_speak()
    _events_cross_regions()
