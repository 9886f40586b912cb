"""Policies as IAM evaluates them, for what functions do. What a deployment does is not evaluated: the roles of CDK's
bootstrap fail MiniStack's evaluation, and it makes CloudFormation's resources without a call that could be denied."""

import contextvars
import json
import os
import threading

import ministack.app as app
from ministack.core import iam_actions, iam_evaluator, lambda_runtime
from ministack.services import iam


# The headers of the request that is evaluated: what S3 makes condition keys of.
_headers = contextvars.ContextVar("headers", default={})


def _functions_have_their_role():
    """MiniStack gives functions the account's own credentials unless every call is evaluated."""
    of_role = lambda_runtime.execution_credentials
    alone = threading.Lock()

    def credentials(config):
        with alone:
            before, app.AUTH = app.AUTH, True
            try:
                return of_role(config)
            finally:
                app.AUTH = before

    lambda_runtime.execution_credentials = credentials


def _user_of_key(given, account):
    """GetAccessKeyLastUsed names a key, and is a call to its user."""
    access_key = given[0] if isinstance(given, list) else given
    user = (iam._access_keys.get(access_key) or {}).get("UserName")
    return f"arn:aws:iam::{account}:user/{user}" if user else "*"


def _resources_of_calls():
    """The resources of calls that MiniStack takes for calls to everything."""
    known = iam_actions.extract_resource_arn

    def resource_of(service, method, path, headers, body, query, region, account):
        _headers.set(headers)
        if service == "iam" and "AccessKeyId" in query and "UserName" not in query:
            return _user_of_key(query["AccessKeyId"], account)
        call = (headers.get("x-amz-target") or "").split(".")[-1]
        if service not in ("ssm", "logs"):
            return known(service, method, path, headers, body, query, region, account)
        try:
            asked = json.loads(body or b"{}")
        except ValueError:
            asked = {}
        group = asked.get("logGroupName") or asked.get("logGroupIdentifier", "").split(":log-group:")[-1]
        if call == "GetParametersByPath":
            return f"arn:aws:ssm:{region}:{account}:parameter/{asked.get('Path', '').strip('/')}"
        if call in ("PutLogEvents", "CreateLogStream"):
            return f"arn:aws:logs:{region}:{account}:log-group:{group}:log-stream:{asked.get('logStreamName')}"
        if call == "FilterLogEvents":
            return f"arn:aws:logs:{region}:{account}:log-group:{group}"
        return known(service, method, path, headers, body, query, region, account)

    iam_actions.extract_resource_arn = resource_of


def _keys_of_conditions():
    """aws:SecureTransport of a client that speaks HTTP to loopback, and aws:PrincipalArn of a role's session: the
    role's ARN, with its path, which the session's own has not."""
    pin = app.pin_request_origin
    app.pin_request_origin = lambda ip, _secure: pin(ip, True)
    resolve = iam_evaluator._resolve_condition_key

    def resolved(key, context):
        value = resolve(key, context)
        if key.lower() == "aws:principalarn" and isinstance(value, str) and ":assumed-role/" in value:
            return (iam._roles.get(value.split("/")[1]) or {}).get("Arn", value)
        return value

    iam_evaluator._resolve_condition_key = resolved


def _is_denial_of_function(result):
    principal = getattr(result, "principal_arn", "")
    return result is not None and ":assumed-role/cdk-" not in principal


def _record_denials():
    enforce = iam_evaluator.enforce

    def enforced(access_key, action, service, region, resource_arn="*", service_context=None):
        context = dict(service_context or {})
        if action == "events:PutEvents":
            context.setdefault("events:source", "keyturn")
            context.setdefault("events:detail-type", "run-started")
        if action == "s3:PutObject" and "if-none-match" in _headers.get():
            context.setdefault("s3:if-none-match", _headers.get()["if-none-match"])
        result = enforce(access_key, action, service, region, resource_arn=resource_arn, service_context=context)
        if not _is_denial_of_function(result):
            return None
        with open(os.environ["DEPLOY_DENIED"], "a", encoding="utf-8") as file:
            why = getattr(result, "decision", getattr(result, "code", ""))
            file.write(f"{action} {resource_arn} {getattr(result, 'principal_arn', access_key)} {why}\n")
        return result

    iam_evaluator.enforce = enforced


def install():
    _functions_have_their_role()
    _resources_of_calls()
    _keys_of_conditions()
    _record_denials()
