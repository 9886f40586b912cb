"""Function URLs whose functions are told who asked. MiniStack 1.5.33 lets in whoever policies let in, and then says of
nobody who that was; and the host name that its URLs have is known to no name server. It checks no signature, here neither:
this shows that who asks arrives, and nothing about who could pose as somebody else."""

import json
import os

from ministack.core.router import extract_access_key_id
from ministack.services import lambda_svc, sts


def _urls_on_loopback():
    known = lambda_svc._get_function_url_config

    def on_loopback(func_name, qualifier):
        status, headers, body = known(func_name, qualifier)
        if status != 200:
            return status, headers, body
        answer = json.loads(body)
        url_id = lambda_svc._function_url_id(answer["FunctionUrl"])
        answer["FunctionUrl"] = f"http://127.0.0.1:{os.environ['GATEWAY_PORT']}/_aws/lambda-url/{url_id}/"
        return lambda_svc.json_response(answer)

    lambda_svc._get_function_url_config = on_loopback


def _who_asks():
    build = lambda_svc._build_function_url_event

    def with_caller(url_id, account_id, region, method, path, headers, body, query_params, **more):
        event = build(url_id, account_id, region, method, path, headers, body, query_params, **more)
        caller = sts._caller_identity(headers, query_params)
        event["requestContext"]["authorizer"] = {
            "iam": {
                "accessKey": extract_access_key_id(headers, query_params),
                "accountId": caller["accountId"],
                "callerId": caller["userId"],
                "userArn": caller["userArn"],
                "userId": caller["userId"],
            }
        }
        return event

    lambda_svc._build_function_url_event = with_caller


def install():
    _urls_on_loopback()
    _who_asks()
