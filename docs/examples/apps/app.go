// A CDK app of your own that has Keyturn in one of its stacks.
package main

import (
	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	"github.com/keyturn/keyturn-go/keyturn"
)

func main() {
	defer jsii.Close()

	app := awscdk.NewApp(&awscdk.AppProps{AnalyticsReporting: jsii.Bool(false)})
	stack := awscdk.NewStack(app, jsii.String("Pipelines"), nil)

	acme := keyturn.Connection_Bitbucket(jsii.String("acme"), &keyturn.BitbucketConnectionProps{
		Secret: jsii.String("keyturn/connections/acme"),
	})
	rotation := keyturn.NewKeyRotation(stack, jsii.String("KeyRotation"), &keyturn.KeyRotationProps{
		Notify: jsii.Strings("security@example.com"),
	})
	rotation.Manage(jsii.String("web-shop-production"), &keyturn.ManagedKeyOptions{
		User: jsii.String("bitbucket-web-shop"),
		DeliverTo: &[]keyturn.DeliveryTarget{
			keyturn.DeliveryTarget_BitbucketDeployment(&keyturn.BitbucketDeploymentProps{
				Connection:  acme,
				Repository:  jsii.String("acme/web-shop"),
				Environment: jsii.String("Production"),
			}),
		},
	})

	app.Synth(nil)
}
