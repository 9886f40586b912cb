"""Resources as CloudFormation makes them, where MiniStack 1.5.33 does otherwise or knows the type not at all."""

import json

from ministack.core.responses import new_uuid
from ministack.services import cloudtrail, cloudwatch, cloudwatch_logs, iam, secretsmanager
from ministack.services.cloudformation import provisioners

HANDLERS = provisioners._RESOURCE_HANDLERS


def _already_exists(kind, name):
    """AWS: "Resource of type '…' with identifier '…' already exists", HandlerErrorCode AlreadyExists."""
    return ValueError(
        f"Resource handler returned message: \"Resource of type '{kind}' with identifier '{name}' already exists.\" "
        "(HandlerErrorCode: AlreadyExists)"
    )


def _change(kind, **operations):
    HANDLERS[kind] = {**HANDLERS.get(kind, {}), **operations}


def _refuse_taken(kind, prop, taken):
    """MiniStack overwrites a resource of another stack that has the name; AWS refuses to create it."""
    create = HANDLERS[kind]["create"]

    def create_once(logical_id, props, stack_name):
        name = props.get(prop)
        if name and taken(name):
            raise _already_exists(kind, name)
        return create(logical_id, props, stack_name)

    _change(kind, create=create_once)


def _secrets():
    create = HANDLERS["AWS::SecretsManager::Secret"]["create"]

    def create_empty(logical_id, props, stack_name):
        """Without a value in the template a secret has no version. A name is taken until a deletion is over."""
        known = secretsmanager._secrets.get(props.get("Name"))
        if known is not None and known.get("DeletedDate"):
            raise ValueError(
                "Resource handler returned message: \"You can't create this secret because a secret with this name is "
                'already scheduled for deletion. (Service: SecretsManager, Status Code: 400)" '
                "(HandlerErrorCode: InvalidRequest)"
            )
        if known is not None:
            raise ValueError(
                f"Resource handler returned message: \"The operation failed because the secret {props['Name']} already "
                'exists. (Service: SecretsManager, Status Code: 400)" (HandlerErrorCode: AlreadyExists)'
            )
        answer = create(logical_id, props, stack_name)
        # MiniStack sets none of CloudFormation's own tags: this stands in for AWS, and is no proof that AWS does.
        secret = secretsmanager._secrets[answer[0]]
        tags = {"stack-name": stack_name, "logical-id": logical_id}
        system = [{"Key": f"aws:cloudformation:{key}", "Value": value} for key, value in tags.items()]
        secret["Tags"] = [*secret.get("Tags", []), *system]
        if not (props.get("SecretString") or props.get("GenerateSecretString")):
            secretsmanager._secrets[answer[0]]["Versions"] = {}
        return answer

    _change("AWS::SecretsManager::Secret", create=create_empty)
    provisioners._sm_secret_create = create_empty

    def put_policy(_logical_id, props, _stack_name):
        policy = props["ResourcePolicy"]
        text = policy if isinstance(policy, str) else json.dumps(policy)
        answer = secretsmanager._put_resource_policy({"SecretId": props["SecretId"], "ResourcePolicy": text})
        if answer[0] >= 400:
            raise ValueError(repr(answer[2]))
        return props["SecretId"], {"Id": props["SecretId"]}

    _change(
        "AWS::SecretsManager::ResourcePolicy",
        create=put_policy,
        update=lambda _physical_id, _old, new, stack_name: put_policy("", new, stack_name),
        delete=lambda _physical_id, props: secretsmanager._delete_resource_policy({"SecretId": props["SecretId"]}),
    )


def _is_protected(name):
    return cloudwatch_logs._log_groups.get(name, {}).get("deletionProtectionEnabled", False)


def _log_groups():
    kind = "AWS::Logs::LogGroup"
    create, update, delete = (HANDLERS[kind][operation] for operation in ("create", "update", "delete"))

    def protect(name, props):
        protected = str(props.get("DeletionProtectionEnabled", "")).lower() == "true"
        cloudwatch_logs._log_groups[name]["deletionProtectionEnabled"] = protected

    def create_once(logical_id, props, stack_name):
        """A name of its own where the template gives none, and never the group of somebody else."""
        name = props.get("LogGroupName") or f"{stack_name}-{logical_id}-{new_uuid()[:12]}"
        if name in cloudwatch_logs._log_groups:
            raise _already_exists(kind, json.dumps({"/properties/LogGroupName": name}))
        answer = create(logical_id, {**props, "LogGroupName": name}, stack_name)
        protect(name, props)
        return answer

    def update_in_place(physical_id, old, new, stack_name, logical_id=None):
        named = {"LogGroupName": new.get("LogGroupName") or physical_id}
        before = {**old, "LogGroupName": old.get("LogGroupName") or physical_id}
        answer = update(physical_id, before, {**new, **named}, stack_name, logical_id)
        protect(answer[0], new)
        return answer

    def delete_unprotected(physical_id, props):
        if _is_protected(physical_id):
            raise ValueError("Cannot delete log group with deletion protection enabled")
        return delete(physical_id, props)

    _change(kind, create=create_once, update=update_in_place, delete=delete_unprotected)
    provisioners._cwlogs_create = create_once

    delete_by_call = cloudwatch_logs._delete_log_group

    def refuse_protected(data):
        if _is_protected(data.get("logGroupName")):
            return cloudwatch_logs.error_response_json(
                "ValidationException", "Cannot delete log group with deletion protection enabled", 400
            )
        return delete_by_call(data)

    cloudwatch_logs._delete_log_group = refuse_protected


def _trails():
    kept = ("S3BucketName", "IsMultiRegionTrail", "IncludeGlobalServiceEvents", "EnableLogFileValidation")

    def create(logical_id, props, stack_name):
        name = props.get("TrailName") or f"{stack_name}-{logical_id}-{new_uuid()[:10].upper()}"
        if name in cloudtrail._trails:
            raise _already_exists("AWS::CloudTrail::Trail", name)
        answer = cloudtrail._create_trail({"Name": name, **{key: props[key] for key in kept if key in props}})
        if answer[0] >= 400:
            raise ValueError(repr(answer[2]))
        cloudtrail._trails[name]["IsLogging"] = bool(props.get("IsLogging"))
        return name, {"Arn": cloudtrail._trails[name]["TrailARN"]}

    _change(
        "AWS::CloudTrail::Trail",
        create=create,
        update=lambda name, _old, _new, _stack: (name, {"Arn": cloudtrail._trails[name]["TrailARN"]}),
        delete=lambda name, _props: cloudtrail._delete_trail({"Name": name}),
    )


def _saved_queries():
    _change(
        "AWS::Logs::QueryDefinition",
        create=lambda _logical_id, _props, _stack: ((query := new_uuid()), {"QueryDefinitionId": query}),
        update=lambda query, _old, _new, _stack: (query, {"QueryDefinitionId": query}),
        delete=lambda _query, _props: None,
    )


def _alarms():
    """MiniStack has no metric math: an alarm of it is there, and never evaluated."""
    kind = "AWS::CloudWatch::Alarm"
    create, update = HANDLERS[kind]["create"], HANDLERS[kind]["update"]

    def evaluable(props):
        if not props.get("Metrics"):
            return props
        return {"MetricName": "math", "Namespace": "math", **{k: v for k, v in props.items() if k != "Metrics"}}

    _change(
        kind,
        create=lambda logical_id, props, stack: create(logical_id, evaluable(props), stack),
        update=lambda name, old, new, stack, logical_id=None: update(
            name, evaluable(old), evaluable(new), stack, logical_id
        ),
    )


def _oidc_providers():
    """MiniStack has the calls, and not the type."""

    def create(_logical_id, props, _stack_name):
        listed = {
            f"{name}.member.{at + 1}": [item]
            for name, prop in (("ClientIDList", "ClientIdList"), ("ThumbprintList", "ThumbprintList"))
            for at, item in enumerate(props.get(prop) or [])
        }
        answer = iam._create_oidc_provider({"Url": [props["Url"]], **listed})
        if answer[0] >= 400:
            raise ValueError(repr(answer[2]))
        arn = answer[2].decode().split("<OpenIDConnectProviderArn>")[1].split("<")[0]
        return arn, {"Arn": arn}

    _change(
        "AWS::IAM::OIDCProvider",
        create=create,
        delete=lambda arn, _props: iam._delete_oidc_provider({"OpenIDConnectProviderArn": [arn]}),
    )


def _is_policy(name):
    return any(arn.split(":policy/")[-1].split("/")[-1] == name for arn in list(iam._policies.keys()))


def install():
    _secrets()
    _log_groups()
    _trails()
    _oidc_providers()
    _saved_queries()
    _alarms()
    _refuse_taken("AWS::CloudWatch::Alarm", "AlarmName", lambda name: name in cloudwatch._alarms)
    _refuse_taken("AWS::CloudWatch::Dashboard", "DashboardName", lambda name: name in cloudwatch._dashboards)
    _refuse_taken("AWS::IAM::ManagedPolicy", "ManagedPolicyName", _is_policy)
