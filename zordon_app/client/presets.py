"""Named sets of arguments."""

from zordon_app.client.calls import Calls, Json, given, path_part


class PresetCalls(Calls):
    """The routes of presets."""

    def get_presets(self) -> Json:
        """Every preset, by id."""
        return self._object("GET", "/api/presets")

    def get_preset_schema(self) -> Json:
        """The JSON Schema of presets.yaml."""
        return self._object("GET", "/api/presets/schema")

    def get_preset_problems(self) -> list[Json]:
        """What is wrong in the person's own presets.yaml, by line."""
        return self._list("GET", "/api/presets/problems")

    def get_presets_file(self) -> Json:
        """The person's own presets.yaml as ``text`` with its ``hash``, and the ``built_in`` ones."""
        return self._object("GET", "/api/presets/file")

    def replace_presets(self, text: str, replaces: str | None = None) -> Json:
        """Write the person's presets.yaml, unless it has an error or its hash is not ``replaces`` any more."""
        return self._object("PUT", "/api/presets", json=given(text=text, replaces=replaces))

    def validate_presets(self, text: str) -> list[Json]:
        """What would be wrong in a presets.yaml, by line."""
        return self._list("POST", "/api/presets/validate", json={"text": text})

    def save_preset(self, preset_id: str, values: Json) -> Json:
        """Write one of the person's own presets; it comes back whole."""
        return self._object("PUT", f"/api/presets/{path_part(preset_id)}", json=values)

    def delete_preset(self, preset_id: str) -> None:
        """Delete one of the person's own presets; a built-in one is as it was again."""
        self.request("DELETE", f"/api/presets/{path_part(preset_id)}")
