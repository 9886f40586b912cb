# A CDK app of your own that has Keyturn in one of its stacks.
from aws_cdk import App, Stack
from keyturn import Connection, DeliveryTarget, KeyRotation

app = App(analytics_reporting=False)
stack = Stack(app, "Pipelines")

acme = Connection.bitbucket("acme", secret="keyturn/connections/acme")
rotation = KeyRotation(stack, "KeyRotation", notify=["security@example.com"])
rotation.manage(
    "web-shop-production",
    user="bitbucket-web-shop",
    deliver_to=[
        DeliveryTarget.bitbucket_deployment(
            connection=acme, repository="acme/web-shop", environment="Production"
        )
    ],
)

app.synth()
