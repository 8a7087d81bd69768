"""The OpenAPI document and the page that shows it."""

from pathlib import Path


def openapi_text() -> str:
    """The committed document, which travels with the code."""
    return (Path(__file__).parents[3] / "docs" / "openapi.json").read_text("utf-8")


def swagger_page() -> str:
    """Powertools' Swagger UI with its script and style in the page."""
    from aws_lambda_powertools.event_handler.openapi import swagger_ui

    assets = Path(swagger_ui.__file__).parent
    script = (assets / "swagger-ui-bundle.min.js").read_text("utf-8")
    style = (assets / "swagger-ui.min.css").read_text("utf-8")
    spec = openapi_text().replace("</", "<\\/")
    return swagger_ui.generate_swagger_html(
        spec, script, style, swagger_base_url="", oauth2_config=None
    )
