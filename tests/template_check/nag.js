// cdk-nag's HIPAA pack over the template named in the first argument; its findings as JSON, [rule, resource] each.
const { App, Stack } = require("aws-cdk-lib");
const { CfnInclude } = require("aws-cdk-lib/cloudformation-include");
const { HIPAASecurityChecks } = require("cdk-nag");

const stack = new Stack(new App(), "stack");
new CfnInclude(stack, "template", { templateFile: process.argv[2] });
const { violations } = new HIPAASecurityChecks().validateScope(stack);
const found = violations.flatMap(({ ruleName, violatingResources }) =>
  violatingResources.map(({ constructPath }) => [ruleName, constructPath.split("/").pop()]));
process.stdout.write(JSON.stringify(found));
