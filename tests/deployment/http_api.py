"""The HTTP API of a deployment: MiniStack makes an API of the template without its OpenAPI body, so
routes, authorizer and CORS are given to it here, by AWS's own API, from the template that it has
processed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.errors import TemplateError
from local.template import routes
from local.template.blueprint import Authorizer, Cors, Route
from local.template.intrinsics import Resolver
from local.template.resource import Resource
from local.template.translation import parameter_values
from tests.deployment.deployment import STACK, Deployment
from tests.support.ministack import ACCOUNT, REGION

API, STAGE = "Api", "$default"


def wire(deployment: Deployment) -> str:
    """The path under which MiniStack serves the API, which holds what the template says of it and
    nothing else.
    """
    said, api = declared(deployment), deployment.physical[API]
    gateway = _Gateway(deployment.clients["apigatewayv2"], api)
    gateway.clear()
    authorizers = {name: gateway.authorizer(one) for name, one in said.authorizers.items()}
    for route in said.routes:
        gateway.route(route, None if route.authorizer is None else authorizers[route.authorizer])
    if said.cors is not None:
        gateway.cors(said.cors)
    return f"/_aws/execute-api/{api}/{STAGE}"


def declared(deployment: Deployment) -> routes.HttpApi:
    """What the processed template says of the API, its names those of the deployment."""
    cloudformation = deployment.clients["cloudformation"]
    kept = cloudformation.get_template(StackName=STACK, TemplateStage="Processed")["TemplateBody"]
    stack = cloudformation.describe_stacks(StackName=STACK)["Stacks"][0]
    given = {one["ParameterKey"]: one["ParameterValue"] for one in stack["Parameters"]}
    resolver = Resolver(
        parameter_values(kept, given),
        kept.get("Conditions") or {},
        kept.get("Mappings") or {},
        _names_of(deployment.physical),
    )
    spec = kept["Resources"][API]
    api = Resource(API, spec["Type"], deployment.physical[API], spec["Properties"] or {}, resolver)
    names = frozenset(deployment.physical[name] for name in deployment.functions)
    return routes.read([api], names)


def _names_of(physical: Mapping[str, str]) -> Any:
    def attribute_of(name: str, attribute: str | None, where: str) -> str:
        if name not in physical or attribute not in (None, "Arn"):
            raise TemplateError(where, f"the deployment has no {name}.{attribute}")
        if attribute is None:
            return physical[name]
        return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{physical[name]}"

    return attribute_of


@dataclass(frozen=True, slots=True)
class _Gateway:
    client: Any
    api: str

    def clear(self) -> None:
        """Take away what an earlier deployment had."""
        held = self.client.get_routes(ApiId=self.api)["Items"]
        for one in held:
            self.client.delete_route(ApiId=self.api, RouteId=one["RouteId"])
        for one in self.client.get_integrations(ApiId=self.api)["Items"]:
            self.client.delete_integration(ApiId=self.api, IntegrationId=one["IntegrationId"])
        for one in self.client.get_authorizers(ApiId=self.api)["Items"]:
            self.client.delete_authorizer(ApiId=self.api, AuthorizerId=one["AuthorizerId"])

    def authorizer(self, said: Authorizer) -> str:
        made = self.client.create_authorizer(
            ApiId=self.api,
            AuthorizerType="JWT",
            Name=said.name,
            IdentitySource=[f"$request.header.{said.header}"],
            JwtConfiguration={"Issuer": said.issuer, "Audience": list(said.audience)},
        )
        return str(made["AuthorizerId"])

    def route(self, said: Route, authorizer: str | None) -> None:
        integration = self.client.create_integration(
            ApiId=self.api,
            IntegrationType="AWS_PROXY",
            IntegrationUri=f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{said.function}",
            PayloadFormatVersion="2.0",
        )["IntegrationId"]
        guarded = {"AuthorizationType": "JWT", "AuthorizerId": authorizer} if authorizer else {}
        scopes = {"AuthorizationScopes": list(said.scopes)} if said.scopes else {}
        self.client.create_route(
            ApiId=self.api,
            RouteKey=said.key,
            Target=f"integrations/{integration}",
            **guarded,
            **scopes,
        )

    def cors(self, said: Cors) -> None:
        age = {} if said.max_age is None else {"MaxAge": said.max_age}
        self.client.update_api(
            ApiId=self.api,
            CorsConfiguration={
                "AllowOrigins": list(said.origins),
                "AllowMethods": list(said.methods),
                "AllowHeaders": list(said.headers),
                "ExposeHeaders": list(said.expose),
                "AllowCredentials": said.credentials,
                **age,
            },
        )
