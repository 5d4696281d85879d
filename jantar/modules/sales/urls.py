from django.urls import path

from jantar.modules.sales.pages import settings, value

app_name = "sales"
PIPELINES = "settings/pipelines/"
STAGES = f"{PIPELINES}<int:pipeline_pk>/stages/"
urlpatterns = [
    path("deals/pipeline/", value.show_pipeline, name="pipeline"),
    path(PIPELINES, settings.pipelines, name="settings_pipelines"),
    path(f"{PIPELINES}new/", settings.pipeline, name="settings_pipeline_new"),
    path(f"{PIPELINES}order/", settings.order_pipelines, name="settings_pipelines_order"),
    path(f"{PIPELINES}<int:pk>/", settings.pipelines, name="settings_pipeline"),
    path(f"{PIPELINES}<int:pk>/name/", settings.pipeline, name="settings_pipeline_edit"),
    path(f"{PIPELINES}<int:pk>/order/", settings.order_stages, name="settings_stages_order"),
    path(f"{STAGES}new/", settings.stage, name="settings_stage_new"),
    path(f"{STAGES}<int:pk>/", settings.stage, name="settings_stage"),
    path(f"{STAGES}<int:pk>/retire/", settings.retire, name="settings_stage_retire"),
    path(f"{STAGES}<int:pk>/revive/", settings.revive, name="settings_stage_revive"),
]
