import "./lib/htmx";
import { Application } from "@hotwired/stimulus";
import { controllers } from "./controllers";
import { watchDialogs } from "./lib/dialogs";
import { watchForms } from "./lib/forms";
import { settleDrafts } from "./lib/drafts";

const application = Application.start();
for (const [name, controller] of Object.entries(controllers)) application.register(name, controller);
watchDialogs();
watchForms();
settleDrafts();
