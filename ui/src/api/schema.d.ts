/* Made from the hub by `npm run api`. Do not edit. */

export interface paths {
  '/api/v1/comparison': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Compare any number of runs. */
    get: operations['get_comparison']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/comparison/files': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * Find the images, tables and JSON documents among the artifacts and outputs of runs.
     * @description Runs that are gone have none.
     */
    get: operations['get_comparison_files']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/comparison/pair': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Compare two runs, as `modelcompose runs diff` does. */
    get: operations['get_comparison_pair']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/data': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List the datasets: what runs read and wrote, what `ml.lock` names, what clients told. */
    get: operations['get_data']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/data/diff': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Tell what changed between two versions: files, bytes, rows and columns of tables. */
    get: operations['get_data_diff']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/data/profile': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Look at a version: kinds and sizes of its files, and the columns of a table in it. */
    get: operations['get_data_profile']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/data/rows': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Read rows of a table in a version. */
    get: operations['get_data_rows']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/data/users': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Tell which runs and steps use a version, which models came of it, and what serves them. */
    get: operations['get_data_users']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/data/versions': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List the versions of a dataset, with the commits that named them where git can be asked. */
    get: operations['get_data_versions']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/events': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Follow runs: events `state` with all, then `run` with each that changed, and `gone`. */
    get: operations['get_events']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/home': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Give the projects with what changed last in each, the newest first. */
    get: operations['get_home']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/lineage': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Tell what something was made of, and what was made of it. */
    get: operations['get_lineage']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/models': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List the registered models. */
    get: operations['get_models']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/models/{model}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Give a registered model with its versions, and where its aliases pointed. */
    get: operations['get_models_one']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/models/{model}/aliases/{alias}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    /** Point an alias to a version; 409 where it points elsewhere than expected. */
    put: operations['put_models_aliases_one']
    post?: never
    /** Remove an alias; the version stays. */
    delete: operations['delete_models_aliases_one']
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/models/{model}/aliases/{alias}/effect': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Say what moving an alias will do; nothing moves. */
    get: operations['get_models_aliases_effect']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/models/{model}/candidates': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List the runs whose models the gate judged, those that it refused among them. */
    get: operations['get_models_candidates']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/models/{model}/comparison': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Tell what differs between two versions, as `modelcompose models diff` does. */
    get: operations['get_models_comparison']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/models/{model}/edit': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Change a model's description and tags. */
    post: operations['post_models_edit']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/models/{model}/files/changes': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Tell which files differ between two versions. */
    get: operations['get_models_files_changes']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/models/{model}/trash': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List the versions of a model that are in the trash. */
    get: operations['get_models_trash']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/models/{model}/versions/{version}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Give everything that is known about a version, with the run that made it. */
    get: operations['get_models_versions_one']
    put?: never
    post?: never
    /** Put a version into the trash; aliases that point to it are removed. */
    delete: operations['delete_models_versions_one']
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/models/{model}/versions/{version}/card': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Give a version's model card, in Markdown. */
    get: operations['get_models_versions_card']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/models/{model}/versions/{version}/edit': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Change a version's description and tags. */
    post: operations['post_models_versions_edit']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/models/{model}/versions/{version}/file': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Give a file of a version to be looked at; it cannot act as a page of the hub. */
    get: operations['get_models_versions_file']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/models/{model}/versions/{version}/files': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List the files of a version. */
    get: operations['get_models_versions_files']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/models/{model}/versions/{version}/gate': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Judge a version by its gate, with what the aliases point to now. */
    get: operations['get_models_versions_gate']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/models/{model}/versions/{version}/requirements': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Give the files of a version that say what it needs to run. */
    get: operations['get_models_versions_requirements']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/models/{model}/versions/{version}/restore': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Bring a version back out of the trash, with the aliases that still point nowhere. */
    post: operations['post_models_versions_restore']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/projects': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List the projects. */
    get: operations['get_projects']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/projects/{project}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Give a project. */
    get: operations['get_projects_one']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/projects/{project}/delete': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Put a project with its runs into the trash. */
    post: operations['post_projects_delete']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/projects/{project}/edit': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Describe or tag a project. */
    post: operations['post_projects_edit']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/projects/{project}/graph': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Give a project's services, steps, data and models as one picture, with how each stands. */
    get: operations['get_projects_graph']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/projects/{project}/plan': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Give a project's plan, as the command line told it last. */
    get: operations['get_projects_plan']
    /** Keep a project's plan; an older one than is known changes nothing. */
    put: operations['put_projects_plan']
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/projects/{project}/reports': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List the reports of a project, which are files in its folder. */
    get: operations['get_projects_reports']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/projects/{project}/reports/{name}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Give a report as it stands in its file. */
    get: operations['get_projects_reports_one']
    /** Write a report's file; refused where it is not what its writer had read. */
    put: operations['put_projects_reports_one']
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/projects/{project}/reports/{name}/document': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Give what a report's text shows; nothing is written. */
    post: operations['post_projects_reports_document']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/projects/{project}/reports/{name}/html': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Build a report to one HTML file, as `modelcompose report build` does. */
    get: operations['get_projects_reports_html']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/projects/{project}/restore': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Take a project with all its runs out of the trash. */
    post: operations['post_projects_restore']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/projects/{project}/views': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List the saved views of a project. */
    get: operations['get_projects_views']
    put?: never
    /** Save a view under a name that is free in its project. */
    post: operations['post_projects_views']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/projects/{project}/views/{view}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    /** Rename a saved view, or give it another query. */
    put: operations['put_projects_views_one']
    post?: never
    /** Delete a saved view. */
    delete: operations['delete_projects_views_one']
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/registry': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List the registered models with what their versions reached. */
    get: operations['get_registry']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/runs': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List runs: filtered, sorted, page by page. */
    get: operations['get_runs']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/runs/{run}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Give everything that is known about a run. */
    get: operations['get_runs_one']
    /** Keep a run under its id, with all but its points; a second time brings it up to date. */
    put: operations['put_runs_one']
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/runs/{run}/artifacts': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List a folder of a run's files. */
    get: operations['get_runs_artifacts']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/runs/{run}/artifacts/file': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Give a file to be looked at; opened by its address, it cannot act as a page of the hub. */
    get: operations['get_runs_artifacts_file']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/runs/{run}/artifacts/images': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Find images that differ in a step alone, as `mlflow.log_image` writes them. */
    get: operations['get_runs_artifacts_images']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/runs/{run}/artifacts/table': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Read rows of a table: CSV, TSV, JSON lines, Parquet, JSON as `mlflow.log_table` writes it. */
    get: operations['get_runs_artifacts_table']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/runs/{run}/code': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List the code that a run saw. */
    get: operations['get_runs_code']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/runs/{run}/code/changes': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Tell which files differ between a run's code and another. */
    get: operations['get_runs_code_changes']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/runs/{run}/code/file': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Give a file of the code that a run saw. */
    get: operations['get_runs_code_file']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/runs/{run}/code/pair': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Give a file as it is in a run's code and in another. */
    get: operations['get_runs_code_pair']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/runs/{run}/log': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Read what a run printed: its end, or a part. */
    get: operations['get_runs_log']
    /** Append to a run's log what is not there yet; a gap is not filled, the answer says where. */
    put: operations['put_runs_log']
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/runs/{run}/log/file': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Give all that a run printed, as a file. */
    get: operations['get_runs_log_file']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/runs/{run}/log/lines': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Read lines of what a run printed by their numbers, quickly at any place. */
    get: operations['get_runs_log_lines']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/runs/{run}/log/search': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Look for lines in what a run printed. */
    get: operations['get_runs_log_search']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/runs/{run}/models': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    /** Keep the models of a run whose files are there; give the numbers of its versions here. */
    put: operations['put_runs_models']
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/runs/{run}/points': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Give the points of a series as they were logged, page by page. */
    get: operations['get_runs_points']
    put?: never
    /** Keep points, each once: what comes again is known by its position. */
    post: operations['post_runs_points']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/runs/{run}/relatives': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Tell what stands around a run: before and after it, its parts, its copies, its models. */
    get: operations['get_runs_relatives']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/runs/{run}/resources': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Give what a run used of the machine, over time. */
    get: operations['get_runs_resources']
    put?: never
    /** Keep samples of resources; a part that is there already changes nothing. */
    post: operations['post_runs_resources']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/runs/cells': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /**
     * Give chosen columns of chosen runs, in the order asked for.
     * @description Runs that are gone, or may not be seen, are left out. A number that is NaN or infinite is one
     *     of the texts `NaN`, `Infinity`, `-Infinity`.
     */
    post: operations['post_runs_cells']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/runs/check': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Tell whether a filter and sort keys can be read, and where not. */
    get: operations['get_runs_check']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/runs/columns': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Give the names that runs can be chosen, sorted and shown by. */
    get: operations['get_runs_columns']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/runs/csv': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * Give the table of runs as CSV; an apostrophe stands before what would be a formula.
     * @description That is a text that begins with `=`, `+`, `-`, `@`, a tab or a line's end, and is no number.
     *     Times are in UTC as ISO 8601 writes them, durations in seconds.
     */
    get: operations['get_runs_csv']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/runs/delete': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Put runs into the trash: they can be restored until it is emptied. */
    post: operations['post_runs_delete']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/runs/edit': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Rename, annotate, tag or archive runs: all of them, or none. */
    post: operations['post_runs_edit']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/runs/groups': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Put runs into groups, and sum numbers up over each. */
    get: operations['get_runs_groups']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/runs/metrics': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Give the metrics that some runs have. */
    post: operations['post_runs_metrics']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/runs/metrics/values': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Give the last, lowest and highest values of metrics of runs. */
    post: operations['post_runs_metrics_values']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/runs/order': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /**
     * Give the numbers of all runs that are chosen, in order.
     * @description `POST /runs/cells` gives what to show of them. The message of an error in the filter begins
     *     with `filter:POSITION: `, of one in a sort key with `sort:POSITION: `, counted in characters
     *     from 1; `GET /runs/check` tells it in parts.
     */
    get: operations['get_runs_order']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/runs/restore': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Take runs out of the trash. */
    post: operations['post_runs_restore']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/runs/table': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Give chosen columns of runs. */
    get: operations['get_runs_table']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/runs/values': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Give values that runs have for a name: at most 50 of 200 characters, for completion. */
    get: operations['get_runs_values']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/series': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Give series of many runs, small enough to draw. */
    get: operations['get_series']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/series/columns': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Give series of many runs as columns: the header's length, header, then float64. */
    get: operations['get_series_columns']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/session': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Tell who calls, and what they may do. */
    get: operations['get_session']
    put?: never
    /** Keep the token of the Authorization header in a cookie of this browser. */
    post: operations['post_session']
    /** Forget the token of this browser. */
    delete: operations['delete_session']
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/storage': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** Tell what the hub takes on disk: measured in the background, with its age. */
    get: operations['get_storage']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/tokens': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List the tokens. */
    get: operations['get_tokens']
    put?: never
    /** Make a token; only this answer tells its secret. */
    post: operations['post_tokens']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/tokens/{token}': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    post?: never
    /** Revoke a token for good; the hub knows of it within seconds. */
    delete: operations['delete_tokens_one']
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/trash': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List what is in the trash. */
    get: operations['get_trash']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/trash/purge': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Empty the trash for good, with the files, as `modelcompose hub gc` does; or say what goes. */
    post: operations['post_trash_purge']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/trash/restore': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    get?: never
    put?: never
    /** Bring things back out of the trash: all of them, or none. */
    post: operations['post_trash_restore']
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
  '/api/v1/views': {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    /** List the saved views of all projects. */
    get: operations['get_views']
    put?: never
    post?: never
    delete?: never
    options?: never
    head?: never
    patch?: never
    trace?: never
  }
}
export type webhooks = Record<string, never>
export interface components {
  schemas: {
    /**
     * AliasEffect
     * @description What moving an alias will do.
     */
    AliasEffect: {
      alias: string
      command: string | null
      gate: components['schemas']['GateReport'] | null
      headline: string
      hidden_services: number
      /** @enum {unknown} */
      kind: 'back' | 'move' | 'new' | 'nothing' | 'remove'
      model: string
      moves: components['schemas']['Move'][]
      new: number | null
      notes: string[]
      old: number | null
      previous: number | null
      services: components['schemas']['AliasService'][]
      undo: string | null
      webhooks: number
    }
    /**
     * AliasMove
     * @description Where an alias is to point.
     */
    AliasMove: {
      expected: number | null
      /** @default  */
      reason?: string
      version: number
    }
    /**
     * AliasMoved
     * @description What became of an alias.
     */
    AliasMoved: {
      model: components['schemas']['Model']
      move: components['schemas']['Move'] | null
    }
    /**
     * AliasService
     * @description What a move does to a service.
     */
    AliasService: {
      /** @default null */
      command?: string | null
      holds: number | null
      place: string
      project: string
      /** @enum {unknown} */
      reach: 'elsewhere' | 'here'
      service: string
      text: string
    }
    /**
     * AllViews
     * @description The views of all projects that the caller may see, by project and name.
     */
    AllViews: {
      views: components['schemas']['ProjectView'][]
    }
    /**
     * Artifact
     * @description A file or folder.
     */
    Artifact: {
      /** @default null */
      digest?: string | null
      is_dir: boolean
      /** @default null */
      kind?:
        | (
            | 'audio'
            | 'binary'
            | 'html'
            | 'image'
            | 'json'
            | 'markdown'
            | 'pdf'
            | 'table'
            | 'text'
            | 'video'
          )
        | null
      path: string
      size_bytes: number | null
      url: string | null
      /** @default null */
      view_url?: string | null
    }
    /**
     * Artifacts
     * @description What is in a folder, by name.
     */
    Artifacts: {
      artifacts: components['schemas']['Artifact'][]
    }
    /**
     * BlockFault
     * @description What is wrong in a report.
     */
    BlockFault: {
      block: string
      column: number
      hint: string | null
      line: number
      message: string
      /** @default  */
      source?: string
      /** @default 1 */
      start?: number
    }
    /**
     * BriefMetric
     * @description The newest value of a metric of a run that goes on.
     */
    BriefMetric: {
      name: string
      step: (number | null) | null
      value: (number | null) | null
    }
    /**
     * BriefRun
     * @description A run, as little of it as a picture shows.
     */
    BriefRun: {
      /** @default 1 */
      attempt?: number
      created_at: number | null
      duration_s: (number | null) | null
      ended_at: (number | null) | null
      /** @default null */
      error?: string | null
      /** @default null */
      expected_s?: (number | null) | null
      id: string
      /** @default [] */
      metrics?: components['schemas']['BriefMetric'][]
      name: string
      started_at: (number | null) | null
      status: string
      step: string
    }
    /**
     * Buckets
     * @description Buckets as columns of equal length, in the axis' order; null where all values are NaN.
     */
    Buckets: {
      counts: number[]
      first_steps: (number | null)[]
      first_times: (number | null)[]
      highs: ((number | null) | ('-Infinity' | 'Infinity') | null)[]
      last_steps: (number | null)[]
      last_times: (number | null)[]
      lasts: ((number | null) | ('-Infinity' | 'Infinity') | null)[]
      lows: ((number | null) | ('-Infinity' | 'Infinity') | null)[]
      means: ((number | null) | ('-Infinity' | 'Infinity') | null)[]
    }
    /**
     * Candidates
     * @description The newest runs whose models were judged.
     */
    Candidates: {
      runs: components['schemas']['JudgedRun'][]
    }
    /**
     * Card
     * @description A model card.
     */
    Card: {
      markdown: string
    }
    /**
     * Cells
     * @description Cells of a table, in the order asked for; runs that are gone are left out.
     */
    Cells: {
      columns: string[]
      numbers: number[]
      rows: unknown[][]
      runs: string[]
    }
    /**
     * Change
     * @description One file or link that is not the same.
     */
    Change: {
      /** @enum {unknown} */
      kind: 'added' | 'changed' | 'removed' | 'renamed'
      /** @default null */
      new_size_bytes?: number | null
      /** @default null */
      old_path?: string | null
      /** @default null */
      old_size_bytes?: number | null
      path: string
      /** @default null */
      table?: components['schemas']['TableChange'] | null
    }
    /**
     * ChangeCounts
     * @description How many files changed, by what became of them.
     */
    ChangeCounts: {
      /** @default 0 */
      added?: number
      /** @default 0 */
      changed?: number
      /** @default 0 */
      removed?: number
      /** @default 0 */
      renamed?: number
    }
    /**
     * Changed
     * @description How many runs were changed.
     */
    Changed: {
      count: number
    }
    /**
     * ChangedFile
     * @description A file of the code that is not the same.
     */
    ChangedFile: {
      /** @enum {unknown} */
      change: 'added' | 'changed' | 'removed'
      /** @default null */
      is_renamed_from?: string | null
      path: string
    }
    /**
     * Charts
     * @description The series that have points in the range, by run and name as they were asked for.
     */
    Charts: {
      axis: string
      series: components['schemas']['Series'][]
    }
    /**
     * ChosenMetrics
     * @description Which values are meant.
     */
    ChosenMetrics: {
      names: string[]
      runs: string[]
    }
    /**
     * ChosenRuns
     * @description Whose metrics are meant.
     */
    ChosenRuns: {
      runs: string[]
    }
    /**
     * Code
     * @description The code that a run saw.
     */
    Code: {
      /** @default null */
      branch?: string | null
      /** @default null */
      commit?: string | null
      /** @default false */
      is_dirty?: boolean
      /** @default null */
      remote?: string | null
      /** @default null */
      tree?: string | null
    }
    /**
     * CodeChanges
     * @description How the code differs.
     */
    CodeChanges: {
      against: string
      files: components['schemas']['ChangedFile'][]
      same: number
    }
    /**
     * CodeFile
     * @description A file of the code.
     */
    CodeFile: {
      executable: boolean
      /** @default null */
      link?: string | null
      path: string
      size_bytes: number
    }
    /**
     * CodeOf
     * @description The code that a run saw.
     */
    CodeOf: {
      branch: string | null
      commit: string | null
      files: components['schemas']['CodeFile'][]
      has_commit: boolean
      is_dirty: boolean
      remote: string | null
      tree: string
    }
    /**
     * CodePair
     * @description A file in two versions of the code; null where it is not there.
     */
    CodePair: {
      new: components['schemas']['CodeText'] | null
      old: components['schemas']['CodeText'] | null
    }
    /**
     * CodeText
     * @description A file of the code.
     */
    CodeText: {
      /** @default false */
      is_cut?: boolean
      size_bytes: number
      text: string | null
    }
    /**
     * Collection
     * @description What goes, or went.
     */
    Collection: {
      /** @default [] */
      elsewhere?: string[]
      /** @default 0 */
      experiments?: number
      /** @default 0 */
      files?: number
      is_done: boolean
      /** @default [] */
      kept?: components['schemas']['modelcompose.hub.gc.trash.Kept'][]
      /** @default 0 */
      logged_models?: number
      /** @default 0 */
      models?: number
      /** @default 0 */
      orphans?: number
      /** @default 0 */
      runs?: number
      /** @default 0 */
      size_bytes?: number
      /** @default 0 */
      uploads?: number
      /** @default 0 */
      versions?: number
    }
    /**
     * ColumnProfile
     * @description What a column holds, of the rows that were read.
     */
    ColumnProfile: {
      count: number
      declared: string
      distinct: number
      /** @default null */
      earliest?: string | null
      frequent: components['schemas']['ValueCount'][]
      is_distinct_exact: boolean
      /** @default null */
      latest?: string | null
      longest: number | null
      missing: number
      name: string
      shortest: number | null
      spread: components['schemas']['modelcompose.versioning.profiles.numbers.Spread'] | null
      /** @enum {unknown} */
      type: 'boolean' | 'empty' | 'integer' | 'number' | 'text' | 'time'
    }
    /**
     * Compared
     * @description Runs side by side.
     */
    Compared: {
      /** @default [] */
      gone?: string[]
      /** @default [] */
      heads?: components['schemas']['Head'][]
      lines: components['schemas']['Line'][]
      runs: string[]
    }
    /**
     * ComparedFile
     * @description A file that can be set beside that of another run.
     */
    ComparedFile: {
      /** @enum {unknown} */
      area: 'artifacts' | 'inputs' | 'outputs'
      /** @enum {unknown} */
      kind:
        | 'audio'
        | 'binary'
        | 'html'
        | 'image'
        | 'json'
        | 'markdown'
        | 'pdf'
        | 'table'
        | 'text'
        | 'video'
      path: string
      run: string
      series: string
      /** @default null */
      step?: number | null
    }
    /**
     * ComparedFiles
     * @description Images, tables and JSON documents of runs.
     */
    ComparedFiles: {
      cut: string[]
      files: components['schemas']['ComparedFile'][]
    }
    /**
     * ComparisonDocument
     * @description Two runs side by side; see `comparison.Comparison`.
     */
    ComparisonDocument: {
      code: components['schemas']['Difference'][]
      definition: components['schemas']['Difference'][]
      inputs: components['schemas']['Difference'][]
      metrics: components['schemas']['MetricDifference'][]
      new: string
      old: string
      outputs: components['schemas']['Difference'][]
      params: components['schemas']['Difference'][]
    }
    /**
     * Content
     * @description The content of a file or a folder.
     *
     *         Two contents are the same when their `kind`, `digest` and `executable` are. Where the content
     *         lay, its times and its owner are no part of it.
     */
    Content: {
      digest: string
      /** @default false */
      executable?: boolean
      /** @default 1 */
      files?: number
      /** @enum {unknown} */
      kind: 'file' | 'folder'
      size_bytes: number
    }
    /**
     * DataChanges
     * @description What changed between two versions.
     */
    DataChanges: {
      absent: components['schemas']['DatasetAbsent'] | null
      changes: components['schemas']['Change'][]
      counts: components['schemas']['ChangeCounts']
      new_files: number
      new_size_bytes: number
      notes: string[]
      old_files: number
      old_size_bytes: number
    }
    /**
     * DataModelUse
     * @description A version of a model that was made from data.
     */
    DataModelUse: {
      aliases: string[]
      is_itself: boolean
      model: string
      project: string
      services: string[]
      version: number
    }
    /**
     * DataProfile
     * @description What a version is made of.
     */
    DataProfile: {
      absent: components['schemas']['DatasetAbsent'] | null
      content: components['schemas']['Content']
      file: string
      folder: components['schemas']['FolderProfile'] | null
      note: string
      table: components['schemas']['TableProfile'] | null
    }
    /**
     * DataRun
     * @description A run that read or wrote a version.
     */
    DataRun: {
      created_at: number | null
      how: string
      path: string
      project: string
      run: string
      status: string
      step: string
    }
    /**
     * DatasetAbsent
     * @description Why a version cannot be looked into on this hub, and what brings it.
     */
    DatasetAbsent: {
      command: string | null
      digest: string
      folder: string | null
      text: string
    }
    /**
     * DatasetCommit
     * @description A commit whose `ml.lock` named a version first.
     */
    DatasetCommit: {
      at: number | null
      author: string
      id: string
      subject: string
    }
    /**
     * DatasetGlance
     * @description A dataset in a list.
     */
    DatasetGlance: {
      /** @enum {unknown} */
      category: 'code' | 'logged' | 'result' | 'source'
      digest: string
      files: number | null
      first_seen_at: (number | null) | null
      /** @default false */
      is_locked?: boolean
      /** @enum {unknown} */
      kind: '' | 'file' | 'folder'
      last_seen_at: (number | null) | null
      /** @enum {unknown} */
      origin: 'logged' | 'runs'
      path: string
      project: string
      readers: string[]
      runs: number
      size_bytes: number | null
      versions: number
      writers: string[]
    }
    /**
     * DatasetModel
     * @description A version of a model that is this content.
     */
    DatasetModel: {
      model: string
      version: number
    }
    /**
     * Datasets
     * @description Datasets, those seen last first.
     */
    Datasets: {
      datasets: components['schemas']['DatasetGlance'][]
      is_cut: boolean
      newest_runs: number | null
    }
    /**
     * DatasetVersion
     * @description One version of a dataset.
     */
    DatasetVersion: {
      commits: components['schemas']['DatasetCommit'][]
      digest: string
      files: number | null
      first_seen_at: (number | null) | null
      is_current: boolean
      is_here: boolean
      /** @enum {unknown} */
      kind: '' | 'file' | 'folder'
      last_seen_at: (number | null) | null
      models: components['schemas']['DatasetModel'][]
      read: number
      run: string | null
      size_bytes: number | null
      step: string
      written: number
    }
    /**
     * DatasetVersions
     * @description The versions of a dataset, the newest first.
     */
    DatasetVersions: {
      count: number
      folder: string | null
      has_history: boolean
      versions: components['schemas']['DatasetVersion'][]
    }
    /**
     * DataUsers
     * @description Who uses a version of a dataset.
     */
    DataUsers: {
      is_cut: boolean
      logged: components['schemas']['LoggedDescription'] | null
      models: components['schemas']['DataModelUse'][]
      runs: components['schemas']['DataRun'][]
    }
    /**
     * DeletedThing
     * @description Something in the trash.
     */
    DeletedThing: {
      deleted_at: number | null
      id: string
      /** @enum {unknown} */
      kind: 'model' | 'project' | 'run' | 'version'
      name: string
      projects: string[]
      /** @default null */
      runs?: number | null
      /** @default null */
      size_bytes?: number | null
    }
    /**
     * DeletedVersion
     * @description A version that is in the trash.
     */
    DeletedVersion: {
      deleted_at: number | null
      number: number
      version: number
    }
    /**
     * Deployment
     * @description A service that serves a model, as far as the hub knows.
     */
    Deployment: {
      serves: components['schemas']['ServedVersion'][]
      service: string
    }
    /**
     * Difference
     * @description One thing that is not the same.
     *
     *         `old` and `new` are None where the thing was added or removed, and for what has no value of
     *         its own to show.
     */
    Difference: {
      /** @enum {unknown} */
      kind:
        | 'code'
        | 'command'
        | 'entrypoint'
        | 'environment'
        | 'image'
        | 'input'
        | 'mounts'
        | 'output'
        | 'param'
        | 'working_dir'
      name: string
      new: unknown
      old: unknown
      text: string
    }
    /**
     * FailingStep
     * @description A step whose newest run went wrong, or which cannot run.
     */
    FailingStep: {
      /** @default null */
      at?: (number | null) | null
      cause: string
      /** @default null */
      run?: string | null
      state: string
      step: string
    }
    /**
     * FolderProfile
     * @description What a folder is made of.
     */
    FolderProfile: {
      files: number
      folders: number
      kinds: components['schemas']['KindOfFile'][]
      links: number
      other_kinds: number
      size_bytes: number
      sizes: components['schemas']['SizeBin'][]
      tables: components['schemas']['TableFile'][]
      tables_count: number
    }
    /**
     * GateFinding
     * @description One comparison of a gate.
     */
    GateFinding: {
      against: ((number | null) | null)[]
      holds: boolean
      is_first: boolean
      name: string
      operator: string
      text: string
      value: (number | null) | null
      wanted: string
    }
    /**
     * GateReport
     * @description A gate, and how it comes out.
     */
    GateReport: {
      aliases: {
        [key: string]: number | null
      }
      findings: components['schemas']['GateFinding'][]
      passed: boolean
      text: string
      version: number
      when_made: string[]
    }
    /**
     * GraphEdge
     * @description What leads from one node to another.
     */
    GraphEdge: {
      kind: string
      source: string
      target: string
    }
    /**
     * GraphNode
     * @description A service, a step, data or a model.
     */
    GraphNode: {
      /** @default  */
      action?: string
      /** @default  */
      alias?: string
      /** @default {} */
      aliases?: {
        [key: string]: number
      }
      /** @default  */
      build?: string
      /** @default  */
      cause?: string
      /** @default null */
      digest?: string | null
      /** @default null */
      going?: components['schemas']['BriefRun'] | null
      /** @default  */
      health?: string
      /** @default  */
      hint?: string
      id: string
      /** @default  */
      image?: string
      /** @default [] */
      inputs?: components['schemas']['Place'][]
      /** @default false */
      is_implied?: boolean
      /** @default false */
      is_tracked?: boolean
      /** @enum {unknown} */
      kind: 'data' | 'model' | 'service' | 'step'
      /** @default 0 */
      last_version?: number
      /** @default null */
      made_by?: string | null
      name: string
      /** @default [] */
      outputs?: components['schemas']['Place'][]
      /** @default [] */
      params?: string[]
      /** @default  */
      path?: string
      /** @default  */
      place_kind?: string
      /** @default [] */
      ports?: string[]
      /** @default [] */
      profiles?: string[]
      /** @default [] */
      recent?: components['schemas']['BriefRun'][]
      /** @default [] */
      requires?: string[]
      /** @default [] */
      serves?: components['schemas']['ServedVersion'][]
      /** @default null */
      size_bytes?: number | null
      /** @default  */
      source?: string
      /** @default  */
      state?: string
      /** @default  */
      status?: string
      /** @default null */
      updated_at?: (number | null) | null
      /** @default  */
      waits_for?: string
      /** @default  */
      when?: string
    }
    /**
     * Group
     * @description Runs that share values.
     */
    Group: {
      count: number
      key: string
      numbers: components['schemas']['modelcompose.hub.api.groups.Spread'][]
      runs: string[]
      values: unknown[]
    }
    /**
     * Groups
     * @description Groups, in order.
     */
    Groups: {
      by: string[]
      count: number
      groups: components['schemas']['Group'][]
      is_cut: boolean
      of: string[]
    }
    /**
     * Head
     * @description What to know a run by.
     */
    Head: {
      created_at: number | null
      id: string
      kind: string
      name: string
      number: number
      project: string
      status: string
      step: string
    }
    /**
     * Histogram
     * @description How many values lie between edges; there is one edge more than counts.
     */
    Histogram: {
      counts: number[]
      edges: (number | null)[]
    }
    /**
     * Home
     * @description The projects that the caller may see: the pinned ones, then those that changed last.
     */
    Home: {
      now: number | null
      projects: components['schemas']['HomeProject'][]
      total: number
    }
    /**
     * HomeProject
     * @description A project, and what changed last in it.
     */
    HomeProject: {
      changed_at: number | null
      deployments: components['schemas']['Deployment'][]
      failing: components['schemas']['FailingStep'][]
      is_pinned: boolean
      last: components['schemas']['BriefRun'] | null
      models: components['schemas']['ModelNews'][]
      name: string
      planned_at: (number | null) | null
      recent: string[]
      running: components['schemas']['BriefRun'][]
      running_count: number
      spark: components['schemas']['Spark'] | null
      steps: {
        [key: string]: number
      }
    }
    /**
     * Host
     * @description The machine that a run was started on.
     */
    Host: {
      cpus: number
      /** @default null */
      memory_bytes?: number | null
      name: string
      /** @default null */
      python?: string | null
      system: string
    }
    /**
     * ImagesBySteps
     * @description Images that differ in a step alone.
     */
    ImagesBySteps: {
      is_cut: boolean
      series: components['schemas']['ImageSeries'][]
    }
    /**
     * ImageSeries
     * @description Images of one thing, by step.
     */
    ImageSeries: {
      images: components['schemas']['SeriesImage'][]
      name: string
    }
    /**
     * JudgedRun
     * @description A run whose model was judged by the gate.
     */
    JudgedRun: {
      created_at: number | null
      passed: boolean
      project: string
      run: string
      step: string
      text: string
    }
    /**
     * KeptModels
     * @description The versions, by the numbers that they have here.
     */
    KeptModels: {
      versions: components['schemas']['modelcompose.hub.sending.wire.VersionNumber'][]
    }
    /**
     * KeyMetricTrend
     * @description The metric that counts, over the versions.
     */
    KeyMetricTrend: {
      name: string
      points: components['schemas']['MetricPoint'][]
      way: ('max' | 'min') | null
      /** @enum {unknown} */
      why: 'gate' | 'objective' | 'only'
    }
    /**
     * KindOfFile
     * @description The files of one ending.
     */
    KindOfFile: {
      ending: string
      files: number
      size_bytes: number
    }
    /**
     * KnownName
     * @description Something that runs have.
     */
    KnownName: {
      is_number: boolean
      kind: string
      label: string
      name: string
      share: number | null
      type: string
    }
    /**
     * KnownNames
     * @description All names in use: fields first, then metrics, parameters and tags by name.
     */
    KnownNames: {
      is_whole: boolean
      names: components['schemas']['KnownName'][]
    }
    /**
     * KnownValues
     * @description Values, the most frequent of the newest runs first.
     */
    KnownValues: {
      values: string[]
    }
    /**
     * Line
     * @description One thing in each of the runs.
     */
    Line: {
      differs: boolean
      kind: string
      /** @default null */
      least?: ((number | null) | null)[] | null
      /** @default null */
      most?: ((number | null) | null)[] | null
      name: string
      values: unknown[]
    }
    /**
     * Lineage
     * @description A graph.
     */
    Lineage: {
      edges: components['schemas']['modelcompose.hub.api.lineage.Edge'][]
      is_cut: boolean
      nodes: components['schemas']['Node'][]
    }
    /**
     * Log
     * @description A part of a log.
     */
    Log: {
      begin: number
      end: number
      size_bytes: number
      text: string
    }
    /**
     * Logged
     * @description Points as they were logged, by time, then step: columns of equal length.
     */
    Logged: {
      next_page: string | null
      steps: (number | null)[]
      times: (number | null)[]
      values: ((number | null) | string | null)[]
    }
    /**
     * LoggedDescription
     * @description What a client told of a dataset, in its own words.
     */
    LoggedDescription: {
      profile: string
      schema: string
      source: string
      source_type: string
    }
    /**
     * LoggedValue
     * @description The latest value of a metric that was measured on a logged model.
     */
    LoggedValue: {
      /** @default  */
      dataset_digest?: string
      /** @default  */
      dataset_name?: string
      name: string
      run: string
      step: number
      time: number
      value: number | ('-Infinity' | 'Infinity') | null
    }
    /**
     * LogLines
     * @description Lines of a log.
     */
    LogLines: {
      first: number
      lines: string[]
      size_bytes: number
      total: number
    }
    /**
     * LogPart
     * @description A part of what a run printed.
     */
    LogPart: {
      data: string
      offset: number
    }
    /**
     * LogSize
     * @description How much of a log is there.
     */
    LogSize: {
      size_bytes: number
    }
    /**
     * MadeToken
     * @description A token that was made.
     */
    MadeToken: {
      expires_at: (number | null) | null
      id: string
      secret: string
    }
    /**
     * Match
     * @description A line that was found.
     */
    Match: {
      line: number
      offset: number
      text: string
    }
    /**
     * Matches
     * @description Lines that were found.
     */
    Matches: {
      matches: components['schemas']['Match'][]
      next_offset: number | null
    }
    /**
     * Metric
     * @description A metric's summary: a single value, or what is left of a series in one line.
     */
    Metric: {
      /** @default null */
      best_step?: (number | null) | null
      /** @default 1 */
      count?: number
      last: number | null
      max: number | null
      min: number | null
    }
    /**
     * MetricDifference
     * @description A metric's last value in two runs; None where a run lacks it.
     */
    MetricDifference: {
      difference: (number | null) | null
      name: string
      new: (number | null) | null
      old: (number | null) | null
    }
    /**
     * MetricName
     * @description A metric that some of the runs have.
     */
    MetricName: {
      most: number
      name: string
      points: number
      runs: number
      way: ('max' | 'min') | null
    }
    /**
     * MetricNames
     * @description The metrics of runs, by name.
     */
    MetricNames: {
      metrics: components['schemas']['MetricName'][]
      runs: number
    }
    /**
     * MetricPoint
     * @description A metric of one version.
     */
    MetricPoint: {
      value: number | null
      version: number
    }
    /**
     * MetricValues
     * @description A metric over the runs: columns in the order of `runs`, null where a run lacks it.
     */
    MetricValues: {
      count: number[]
      last: ((number | null) | ('-Infinity' | 'Infinity') | null)[]
      max: ((number | null) | ('-Infinity' | 'Infinity') | null)[]
      min: ((number | null) | ('-Infinity' | 'Infinity') | null)[]
      name: string
    }
    /**
     * Model
     * @description A registered model: a name, under which versions are numbered.
     */
    Model: {
      /** @default {} */
      aliases?: {
        [key: string]: number
      }
      created_at: number | null
      description: string | null
      last_version: number
      name: string
      number: number
      /** @default {} */
      tags?: {
        [key: string]: string
      }
      updated_at: number | null
    }
    /**
     * Spread
     * @description A number over the runs of a group; null where no run has it.
     */
    'modelcompose.hub.api.groups.Spread': {
      count: number
      deviation: (number | null) | null
      max: (number | null) | null
      mean: (number | null) | null
      min: (number | null) | null
    }
    /**
     * Edge
     * @description `to` comes of `from`.
     */
    'modelcompose.hub.api.lineage.Edge': {
      how: string
      /** @default  */
      path?: string
      source: string
      target: string
    }
    /**
     * Wanted
     * @description Which cells to give.
     */
    'modelcompose.hub.api.runs_table.Wanted': {
      columns: string[]
      rows: number[]
    }
    /**
     * Kept
     * @description Something in the trash that has to stay, and why.
     */
    'modelcompose.hub.gc.trash.Kept': {
      reason: string
      what: string
    }
    /**
     * Kept
     * @description A run was kept.
     */
    'modelcompose.hub.sending.wire.Kept': {
      artifacts: string | null
      models: string | null
    }
    /**
     * VersionNumber
     * @description What a version is called here.
     */
    'modelcompose.hub.sending.wire.VersionNumber': {
      model: string
      source: string
      version: number
    }
    /**
     * Edge
     * @description What leads from one thing to another, named as `step:train`, `service:db`, `data:x`.
     */
    'modelcompose.tracking.plan_document.Edge': {
      /** @enum {unknown} */
      kind: 'after' | 'makes' | 'needs' | 'reads' | 'serves' | 'shows' | 'writes'
      source: string
      target: string
    }
    /**
     * Spread
     * @description How numbers are spread.
     */
    'modelcompose.versioning.profiles.numbers.Spread': {
      deviation: number | null
      histogram: components['schemas']['Histogram']
      max: number | null
      mean: number | null
      min: number | null
      quantiles: (number | null)[]
    }
    /**
     * ModelDocument
     * @description A model with its versions, the newest first, and where its aliases pointed.
     */
    ModelDocument: {
      alias_moves: components['schemas']['Move'][]
      model: components['schemas']['Model']
      versions: components['schemas']['Version'][]
    }
    /**
     * ModelFile
     * @description A file of a version.
     */
    ModelFile: {
      digest: string | null
      /** @enum {unknown} */
      kind:
        | 'audio'
        | 'binary'
        | 'html'
        | 'image'
        | 'json'
        | 'markdown'
        | 'pdf'
        | 'table'
        | 'text'
        | 'video'
      path: string
      size_bytes: number | null
      view_url: string
    }
    /**
     * ModelFileChanges
     * @description How the files of two versions differ.
     */
    ModelFileChanges: {
      changes: components['schemas']['Change'][]
      count: number
    }
    /**
     * ModelFiles
     * @description The files of a version, by path.
     */
    ModelFiles: {
      files: components['schemas']['ModelFile'][]
      is_cut: boolean
      size_bytes: number
    }
    /**
     * ModelGlance
     * @description A model in a list.
     */
    ModelGlance: {
      last_move: components['schemas']['Move'] | null
      metric: components['schemas']['KeyMetricTrend'] | null
      model: components['schemas']['Model']
      newest: components['schemas']['Version'] | null
      projects: string[]
      versions: number
    }
    /**
     * ModelLink
     * @description A logged model that went into a run, or came out of it.
     */
    ModelLink: {
      id: string
      /** @enum {unknown} */
      role: 'input' | 'output'
      /** @default 0 */
      step?: number
    }
    /**
     * ModelMade
     * @description A version of a model that a run made.
     */
    ModelMade: {
      aliases: string[]
      model: string
      version: number
    }
    /**
     * ModelNews
     * @description A new version of a model, or an alias that moved.
     */
    ModelNews: {
      /** @default  */
      alias?: string
      at: number | null
      /** @default  */
      cause?: string
      kind: string
      model: string
      /** @default null */
      old_version?: number | null
      /** @default null */
      run?: string | null
      version: number | null
    }
    /**
     * Models
     * @description The models that the caller may see, by name.
     */
    Models: {
      models: components['schemas']['Model'][]
    }
    /**
     * ModelTrash
     * @description What is in the trash of a model.
     */
    ModelTrash: {
      versions: components['schemas']['DeletedVersion'][]
    }
    /**
     * Move
     * @description One time that an alias was pointed elsewhere.
     */
    Move: {
      alias: string
      cause: string
      moved_at: number | null
      new: number | null
      old: number | null
    }
    /**
     * NewText
     * @description What is to stand in a report's file.
     */
    NewText: {
      /** @default null */
      digest?: string | null
      text: string
    }
    /**
     * NewToken
     * @description A token to make.
     */
    NewToken: {
      /** @default null */
      days?: number | null
      grants: {
        [key: string]: 'admin' | 'reader' | 'writer'
      }
      name: string
    }
    /**
     * NewView
     * @description A view to save.
     */
    NewView: {
      name: string
      query: string
    }
    /**
     * Node
     * @description A thing that something comes of.
     */
    Node: {
      id: string
      /** @enum {unknown} */
      kind: 'alias' | 'data' | 'run' | 'service' | 'version'
      label: string
      /** @default  */
      project?: string
      /** @default  */
      status?: string
    }
    /**
     * Nothing
     * @description No parameters, or no answer.
     */
    Nothing: Record<string, never>
    /**
     * Order
     * @description Runs in order.
     */
    Order: {
      count: number
      is_cut: boolean
      rows: number[]
    }
    /**
     * Origin
     * @description Where a version comes from that a project's gate let through.
     */
    Origin: {
      content: components['schemas']['Content']
      /** @default {} */
      evidence?: Record<string, never>
      path: string
      project: string
    }
    /**
     * Place
     * @description Something that a step reads or writes.
     */
    Place: {
      /** @default null */
      digest?: string | null
      /**
       * @default file
       * @enum {unknown}
       */
      kind?: 'external' | 'file' | 'folder' | 'glob' | 'probe' | 'url' | 'volume'
      path: string
      /**
       * @default
       * @enum {unknown}
       */
      role?: '' | 'metrics' | 'plots'
      /** @default null */
      size_bytes?: number | null
    }
    /**
     * Plan
     * @description A project's plan at one time.
     */
    Plan: {
      /** @default [] */
      data?: components['schemas']['PlannedData'][]
      /** @default [] */
      details?: components['schemas']['PlannedService'][]
      /** @default [] */
      edges?: components['schemas']['modelcompose.tracking.plan_document.Edge'][]
      /** @default  */
      engine?: string
      /** @default [] */
      files?: string[]
      /** @default  */
      folder?: string
      /** @default  */
      host?: string
      /** @default [] */
      models?: components['schemas']['PlannedModel'][]
      /** @default {} */
      objective?: {
        [key: string]: string
      }
      /** @default [] */
      services?: string[]
      steps: components['schemas']['PlannedStep'][]
      taken_at: number
    }
    /**
     * PlannedData
     * @description Content that no step writes.
     */
    PlannedData: {
      /** @default null */
      digest?: string | null
      /**
       * @default folder
       * @enum {unknown}
       */
      kind?: 'external' | 'file' | 'folder' | 'glob' | 'probe' | 'url' | 'volume'
      path: string
      /** @default null */
      size_bytes?: number | null
      /** @default  */
      source?: string
    }
    /**
     * PlannedModel
     * @description A model that the project registers, or that its services mount.
     */
    PlannedModel: {
      /** @default  */
      alias?: string
      name: string
      /** @default  */
      path?: string
      /** @default [] */
      requires?: string[]
      /** @default [] */
      served_by?: components['schemas']['Serving'][]
      /** @default  */
      when?: string
    }
    /**
     * PlannedService
     * @description A service of the Compose file, which may be a step.
     */
    PlannedService: {
      /** @default {} */
      after?: {
        [key: string]: string
      }
      /** @default  */
      build?: string
      /** @default  */
      health?: string
      /** @default  */
      image?: string
      /** @default false */
      is_step?: boolean
      /** @default false */
      is_tracked?: boolean
      name: string
      /** @default [] */
      ports?: string[]
      /** @default [] */
      profiles?: string[]
      /** @default  */
      state?: string
      /** @default  */
      status?: string
    }
    /**
     * PlannedStep
     * @description A step of a plan.
     */
    PlannedStep: {
      action: string
      /** @default [] */
      after?: string[]
      /** @default  */
      cause?: string
      /** @default  */
      hint?: string
      /** @default [] */
      inputs?: components['schemas']['Place'][]
      /** @default false */
      is_implied?: boolean
      name: string
      /** @default [] */
      outputs?: components['schemas']['Place'][]
      /** @default [] */
      params?: string[]
      /** @default null */
      run?: string | null
      /** @default  */
      state?: string
    }
    /**
     * PointBatches
     * @description Points, in the order in which they were logged.
     */
    PointBatches: {
      /** @default [] */
      batches?: components['schemas']['SentPoints'][]
      sender: string
    }
    /**
     * Points
     * @description Points as columns of equal length, in the axis' order; a value is null where it is NaN.
     */
    Points: {
      steps: (number | null)[]
      times: (number | null)[]
      values: ((number | null) | ('-Infinity' | 'Infinity') | null)[]
    }
    /**
     * Position
     * @description How far points have come: those up to here need not be sent again.
     */
    Position: {
      position: number
    }
    /**
     * Problem
     * @description What went wrong: where and what, then how to mend it.
     */
    Problem: {
      code: string
      /** @default null */
      hint?: string | null
      message: string
    }
    /**
     * Project
     * @description A project, which MLflow calls an experiment.
     */
    Project: {
      created_at: number | null
      experiment_id: string
      last_run_at: (number | null) | null
      name: string
      planned_at: (number | null) | null
      runs: {
        [key: string]: number
      }
      tags: {
        [key: string]: string
      }
      updated_at: number | null
    }
    /**
     * ProjectEdit
     * @description What to change of a project; what is null stays as it is.
     */
    ProjectEdit: {
      /** @default null */
      note?: string | null
      /** @default [] */
      remove_tags?: string[]
      /** @default {} */
      set_tags?: {
        [key: string]: string
      }
    }
    /**
     * ProjectGraph
     * @description A project's Compose file as one picture.
     */
    ProjectGraph: {
      /** @default null */
      as_of?: (number | null) | null
      /** @default [] */
      edges?: components['schemas']['GraphEdge'][]
      /** @default  */
      engine?: string
      /** @default  */
      folder?: string
      /** @default  */
      host?: string
      /** @default false */
      is_live?: boolean
      /** @default [] */
      nodes?: components['schemas']['GraphNode'][]
      /** @default {} */
      objective?: {
        [key: string]: string
      }
      project: string
      /** @default  */
      reason?: string
    }
    /**
     * Projects
     * @description The projects that the caller may see, by name.
     */
    Projects: {
      projects: components['schemas']['Project'][]
    }
    /**
     * ProjectStorage
     * @description What a project takes beside the database.
     */
    ProjectStorage: {
      artifacts: components['schemas']['Taken']
      is_deleted: boolean
      logs: components['schemas']['Taken']
      project: string
    }
    /**
     * ProjectView
     * @description A view, with the project whose runs it shows.
     */
    ProjectView: {
      created_at: number | null
      id: number
      name: string
      project: string
      query: string
      updated_at: number | null
      updated_by: string
    }
    /**
     * Purge
     * @description How to empty the trash.
     */
    Purge: {
      /** @default null */
      before?: number | null
      /** @default false */
      is_sure?: boolean
    }
    /**
     * Recording
     * @description What is told of a command that was watched in place, beside what every run holds.
     */
    Recording: {
      /** @default [] */
      deleted?: string[]
      /**
       * @default seen
       * @enum {unknown}
       */
      reads?: 'incomplete' | 'seen' | 'unknown'
      /** @default  */
      reason?: string
    }
    /**
     * Registry
     * @description The models that the caller may see, those that changed last first.
     */
    Registry: {
      models: components['schemas']['ModelGlance'][]
    }
    /**
     * RegistryEdit
     * @description What is to change; what is not named stays.
     */
    RegistryEdit: {
      description?: string
      /** @default {} */
      tags?: {
        [key: string]: string | null
      }
    }
    /**
     * Relative
     * @description A run beside another.
     */
    Relative: {
      created_at: number | null
      id: string
      /** @enum {unknown} */
      kind: 'logged' | 'recording' | 'reproduction' | 'step'
      name: string
      project: string
      /** @enum {unknown} */
      status: 'failed' | 'killed' | 'running' | 'scheduled' | 'succeeded'
      step: string
    }
    /**
     * Relatives
     * @description What stands around a run.
     */
    Relatives: {
      children: components['schemas']['Relative'][]
      models: components['schemas']['ModelMade'][]
      next: components['schemas']['Relative'] | null
      original: components['schemas']['Relative'] | null
      parent: components['schemas']['Relative'] | null
      previous: components['schemas']['Relative'] | null
      reproductions: components['schemas']['Relative'][]
    }
    /**
     * ReportChart
     * @description Series of metrics.
     */
    ReportChart: {
      caption: string
      height: number
      high: (number | null) | null
      is_grouped: boolean
      /** @enum {unknown} */
      kind: 'chart'
      line: number
      log_x: boolean
      log_y: boolean
      low: (number | null) | null
      notes: string[]
      plots: components['schemas']['ReportPlot'][]
      smoothing: number | null
      title: string
      x: string
    }
    /**
     * ReportColumn
     * @description A column of a table.
     */
    ReportColumn: {
      /** @enum {unknown} */
      kind:
        'claim' | 'count' | 'duration' | 'number' | 'run' | 'spread' | 'status' | 'text' | 'time'
      name: string
      title: string
    }
    /**
     * ReportComparison
     * @description Runs side by side.
     */
    ReportComparison: {
      caption: string
      /** @enum {unknown} */
      kind: 'compare'
      line: number
      lines: components['schemas']['ReportDifference'][]
      notes: string[]
      runs: string[]
      title: string
    }
    /**
     * ReportDifference
     * @description One thing in each of some runs.
     */
    ReportDifference: {
      differs: boolean
      kind: string
      name: string
      values: unknown[]
    }
    /**
     * ReportDocument
     * @description A report as it is shown.
     */
    ReportDocument: {
      blocks: (
        | components['schemas']['ReportProse']
        | components['schemas']['ReportChart']
        | components['schemas']['ReportTable']
        | components['schemas']['ReportRunSet']
        | components['schemas']['ReportComparison']
        | components['schemas']['ReportNumbers']
        | components['schemas']['ReportModel']
        | components['schemas']['ReportImages']
        | components['schemas']['ReportFault']
      )[]
      faults: components['schemas']['BlockFault'][]
      images: {
        [key: string]: string
      }
      name: string
      project: string
      references: string
      runs: {
        [key: string]: components['schemas']['ReportRun']
      }
      title: string
    }
    /**
     * ReportFault
     * @description A block that cannot be shown.
     */
    ReportFault: {
      fault: components['schemas']['BlockFault']
      /** @enum {unknown} */
      kind: 'fault'
      line: number
    }
    /**
     * ReportFile
     * @description A report as it stands in its file.
     */
    ReportFile: {
      digest: string
      modified_at: number | null
      name: string
      path: string
      text: string
    }
    /**
     * ReportImage
     * @description An image of a run.
     */
    ReportImage: {
      note: string
      path: string
      run: string
      size_bytes: number | null
      src: string | null
    }
    /**
     * ReportImages
     * @description An image in each of some runs.
     */
    ReportImages: {
      caption: string
      images: components['schemas']['ReportImage'][]
      /** @enum {unknown} */
      kind: 'image'
      line: number
      notes: string[]
      title: string
      width: number | null
    }
    /**
     * ReportList
     * @description The reports of a project, by name.
     */
    ReportList: {
      folder: string | null
      reason: string
      reports: components['schemas']['ReportListed'][]
    }
    /**
     * ReportListed
     * @description A report in a list.
     */
    ReportListed: {
      faults: number
      modified_at: number | null
      name: string
      path: string
      title: string
    }
    /**
     * ReportModel
     * @description A version of a model.
     */
    ReportModel: {
      aliases: string[]
      caption: string
      card: string
      created_at: number | null
      description: string
      digest: string | null
      gate: string | null
      /** @enum {unknown} */
      kind: 'model'
      line: number
      metrics: components['schemas']['ReportNumber'][]
      model: string
      path: string | null
      project: string | null
      run: string | null
      size_bytes: number | null
      title: string
      version: number
    }
    /**
     * ReportNumber
     * @description One number.
     */
    ReportNumber: {
      is_better: boolean | null
      metric: string
      other: (number | null) | null
      value: (number | null) | null
    }
    /**
     * ReportNumbers
     * @description Numbers of a run.
     */
    ReportNumbers: {
      caption: string
      /** @enum {unknown} */
      kind: 'metric'
      line: number
      numbers: components['schemas']['ReportNumber'][]
      of: string
      run: string
      than: string | null
      title: string
    }
    /**
     * ReportPlot
     * @description One plot.
     */
    ReportPlot: {
      title: string
      traces: components['schemas']['ReportTrace'][]
    }
    /**
     * ReportProse
     * @description Markdown.
     */
    ReportProse: {
      /** @enum {unknown} */
      kind: 'prose'
      line: number
      text: string
    }
    /**
     * ReportRun
     * @description What a report says of a run.
     */
    ReportRun: {
      created_at: number | null
      duration_s: (number | null) | null
      id: string
      name: string
      started_at: (number | null) | null
      status: string
      step: string
    }
    /**
     * ReportRunSet
     * @description A run set.
     */
    ReportRunSet: {
      caption: string
      filter: string | null
      is_hidden: boolean
      /** @enum {unknown} */
      kind: 'runs'
      line: number
      name: string
      notes: string[]
      runs: string[]
      title: string
    }
    /**
     * ReportTable
     * @description Runs as rows, or groups of them.
     */
    ReportTable: {
      caption: string
      columns: components['schemas']['ReportColumn'][]
      /** @enum {unknown} */
      kind: 'table'
      line: number
      notes: string[]
      rows: unknown[][]
      runs: string[]
      title: string
    }
    /**
     * ReportText
     * @description A report's text.
     */
    ReportText: {
      text: string
    }
    /**
     * ReportTrace
     * @description One line of a plot.
     */
    ReportTrace: {
      /** @default null */
      group?: string | null
      label: string
      metric: string
      run: string
    }
    /**
     * Requirements
     * @description What a model needs to run, as far as its files say so.
     */
    Requirements: {
      files: components['schemas']['RequirementsFile'][]
    }
    /**
     * RequirementsFile
     * @description A file that says what a model needs.
     */
    RequirementsFile: {
      path: string
      text: string
    }
    /**
     * Resources
     * @description What a run used in all; None where nothing was measured.
     */
    Resources: {
      /** @default null */
      cpu_s?: (number | null) | null
      /** @default null */
      disk_read_bytes?: number | null
      /** @default null */
      disk_write_bytes?: number | null
      /** @default null */
      gpu_memory_peak_bytes?: number | null
      /** @default null */
      gpu_percent_mean?: (number | null) | null
      /** @default null */
      memory_peak_bytes?: number | null
      /** @default null */
      network_in_bytes?: number | null
      /** @default null */
      network_out_bytes?: number | null
    }
    /**
     * RestoreAsked
     * @description What to bring back.
     */
    RestoreAsked: {
      items: components['schemas']['TrashItem'][]
    }
    /**
     * Restored
     * @description How many things were brought back.
     */
    Restored: {
      count: number
    }
    /**
     * Run
     * @description One execution of one step, or of a command that was recorded.
     *
     *         Secrets are masked in every field before a run is made.
     */
    Run: {
      /** @default 1 */
      attempt?: number
      /** @default  */
      cause?: string
      /**
       * @default {
       *       "tree": null,
       *       "commit": null,
       *       "branch": null,
       *       "is_dirty": false,
       *       "remote": null
       *     }
       */
      code?: components['schemas']['Code']
      /** @default [] */
      command_line?: string[]
      created_at: number | null
      /** @default null */
      ended_at?: (number | null) | null
      engine: string
      /** @default null */
      error?: string | null
      /** @default null */
      exit_code?: number | null
      folder: string
      /** @default null */
      host?: components['schemas']['Host'] | null
      id: string
      /** @default null */
      identity?: string | null
      /** @default null */
      image?: string | null
      /** @default {} */
      inputs?: {
        [key: string]: components['schemas']['Content']
      }
      /**
       * @default step
       * @enum {unknown}
       */
      kind?: 'logged' | 'recording' | 'reproduction' | 'step'
      /** @default {} */
      metrics?: {
        [key: string]: components['schemas']['Metric']
      }
      /** @default false */
      oom_killed?: boolean
      /** @default {} */
      outputs?: {
        [key: string]: components['schemas']['Content']
      }
      /** @default {} */
      overrides?: {
        [key: string]: string
      }
      /** @default {} */
      params?: Record<string, never>
      /** @default {} */
      parts?: Record<string, never>
      /** @default [] */
      plots?: string[]
      project: string
      /** @default null */
      recording?: components['schemas']['Recording'] | null
      /** @default null */
      reproduces?: string | null
      /** @default {} */
      service?: Record<string, never>
      /** @default null */
      started_at?: (number | null) | null
      /** @enum {unknown} */
      status: 'failed' | 'killed' | 'running' | 'scheduled' | 'succeeded'
      step: string
      /** @default null */
      supervisor_pid?: number | null
      /** @default false */
      timed_out?: boolean
    }
    /**
     * RunDocument
     * @description A run with all that is known of it.
     */
    RunDocument: {
      attempt: number
      cause: string
      code: components['schemas']['Code']
      command_line: string[]
      created_at: number | null
      duration_s: (number | null) | null
      ended_at: (number | null) | null
      engine: string
      error: string | null
      exit_code: number | null
      folder: string
      host: unknown
      id: string
      identity: string | null
      image: string | null
      inputs: Record<string, never>
      /** @enum {unknown} */
      kind: 'logged' | 'recording' | 'reproduction' | 'step'
      metrics: {
        [key: string]: components['schemas']['Metric']
      }
      name: string
      oom_killed: boolean
      outputs: Record<string, never>
      overrides: {
        [key: string]: string
      }
      params: Record<string, never>
      parts: Record<string, never>
      plots: string[]
      project: string
      recording: components['schemas']['Recording'] | null
      reproduces: string | null
      resources: components['schemas']['Resources']
      service: Record<string, never>
      started_at: (number | null) | null
      /** @enum {unknown} */
      status: 'failed' | 'killed' | 'running' | 'scheduled' | 'succeeded'
      step: string
      supervisor_pid: number | null
      /** @default {} */
      tags?: {
        [key: string]: string
      }
      timed_out: boolean
      /** @default  */
      user?: string
    }
    /**
     * RunEdit
     * @description What to change of runs; what is null stays as it is.
     */
    RunEdit: {
      /** @default null */
      archived?: boolean | null
      /** @default null */
      name?: string | null
      /** @default null */
      note?: string | null
      /** @default [] */
      remove_tags?: string[]
      runs: string[]
      /** @default {} */
      set_tags?: {
        [key: string]: string
      }
    }
    /**
     * Runs
     * @description A page of runs.
     */
    Runs: {
      /** @default null */
      count?: number | null
      next_page: string | null
      runs: components['schemas']['RunSummary'][]
    }
    /**
     * RunState
     * @description What may change of a run.
     */
    RunState: {
      created_at: number | null
      ended_at: (number | null) | null
      id: string
      points: number
      project: string
      status: string
      step: string
    }
    /**
     * RunSummary
     * @description A run in a list.
     */
    RunSummary: {
      attempt: number
      cause: string
      code: components['schemas']['Code']
      created_at: number | null
      duration_s: (number | null) | null
      ended_at: (number | null) | null
      engine: string
      error: string | null
      exit_code: number | null
      folder: string
      id: string
      identity: string | null
      image: string | null
      /** @enum {unknown} */
      kind: 'logged' | 'recording' | 'reproduction' | 'step'
      metrics: {
        [key: string]: components['schemas']['Metric']
      }
      name: string
      oom_killed: boolean
      overrides: {
        [key: string]: string
      }
      params: Record<string, never>
      project: string
      recording: components['schemas']['Recording'] | null
      reproduces: string | null
      started_at: (number | null) | null
      /** @enum {unknown} */
      status: 'failed' | 'killed' | 'running' | 'scheduled' | 'succeeded'
      step: string
      supervisor_pid: number | null
      /** @default {} */
      tags?: {
        [key: string]: string
      }
      timed_out: boolean
      /** @default  */
      user?: string
    }
    /**
     * SamplesOf
     * @description Samples of a run; a part that is there already changes nothing.
     */
    SamplesOf: {
      parts: components['schemas']['SentSamples'][]
    }
    /**
     * SavedView
     * @description What the table of runs shows, under a name.
     */
    SavedView: {
      created_at: number | null
      id: number
      name: string
      query: string
      updated_at: number | null
      updated_by: string
    }
    /**
     * SavedViews
     * @description A project's views by name.
     */
    SavedViews: {
      views: components['schemas']['SavedView'][]
    }
    /**
     * SentCode
     * @description The code that a run saw.
     */
    SentCode: {
      /** @default null */
      branch?: string | null
      /** @default null */
      commit?: string | null
      /** @default false */
      is_dirty?: boolean
      /** @default null */
      remote?: string | null
      /** @default null */
      tree?: string | null
    }
    /**
     * SentContent
     * @description A file or folder by its digest.
     */
    SentContent: {
      digest: string
      /** @default false */
      executable?: boolean
      /** @default 1 */
      files?: number
      /** @enum {unknown} */
      kind: 'file' | 'folder'
      path: string
      size_bytes: number
    }
    /**
     * SentDataset
     * @description A data set that went into a run, as a client described it.
     */
    SentDataset: {
      digest: string
      name: string
      /** @default null */
      profile?: string | null
      /** @default null */
      schema?: string | null
      source: string
      source_type: string
      /** @default {} */
      tags?: {
        [key: string]: string
      }
    }
    /**
     * SentLogged
     * @description A model that an MLflow client logged.
     */
    SentLogged: {
      created_at: number
      id: string
      /** @default [] */
      metrics?: components['schemas']['LoggedValue'][]
      /** @default null */
      model_type?: string | null
      name: string
      /** @default {} */
      params?: {
        [key: string]: string
      }
      status: string
      /** @default {} */
      tags?: {
        [key: string]: string
      }
    }
    /**
     * SentMetric
     * @description A metric's summary.
     */
    SentMetric: {
      /** @default null */
      best_step?: number | ('-Infinity' | 'Infinity') | null
      count: number
      /** @default null */
      known?: number | null
      last: number | ('-Infinity' | 'Infinity') | null
      /** @default null */
      last_step?: number | ('-Infinity' | 'Infinity') | null
      /** @default null */
      last_time?: number | ('-Infinity' | 'Infinity') | null
      max: number | ('-Infinity' | 'Infinity') | null
      /** @default null */
      mean?: number | ('-Infinity' | 'Infinity') | null
      min: number | ('-Infinity' | 'Infinity') | null
      name: string
      /** @default null */
      position?: number | null
    }
    /**
     * SentModels
     * @description The models that a run made; their files are there already.
     */
    SentModels: {
      /** @default [] */
      links?: components['schemas']['ModelLink'][]
      /** @default [] */
      logged?: components['schemas']['SentLogged'][]
      /** @default [] */
      moves?: components['schemas']['SentMove'][]
      /** @default [] */
      versions?: components['schemas']['SentVersion'][]
    }
    /**
     * SentMove
     * @description The last time that an alias was moved; a later one on the hub itself counts more.
     */
    SentMove: {
      alias: string
      /** @default  */
      cause?: string
      /** @default false */
      is_removed?: boolean
      model: string
      moved_at: number
      source: string
    }
    /**
     * SentPoints
     * @description Points of several series, those of one side by side.
     */
    SentPoints: {
      /** @default [] */
      counts?: number[]
      /** @enum {unknown} */
      kind: 'forget' | 'histogram' | 'number' | 'recorded' | 'text'
      /** @default [] */
      names?: string[]
      /** @default  */
      points?: string | string[]
      position: number
      /** @default  */
      steps?: string
      /** @default  */
      times?: string
    }
    /**
     * SentRun
     * @description A run as its own hub knows it, without its points.
     */
    SentRun: {
      /** @default 1 */
      attempt?: number
      /** @default  */
      cause?: string
      /**
       * @default {
       *       "tree": null,
       *       "commit": null,
       *       "branch": null,
       *       "is_dirty": false,
       *       "remote": null
       *     }
       */
      code?: components['schemas']['SentCode']
      /** @default [] */
      command_line?: string[]
      created_at: number
      /** @default [] */
      datasets?: components['schemas']['SentDataset'][]
      /** @default null */
      ended_at?: number | null
      /** @default  */
      engine?: string
      /** @default null */
      error?: string | null
      /** @default null */
      exit_code?: number | null
      /** @default  */
      folder?: string
      /** @default null */
      heard_at?: number | null
      /** @default null */
      host?: components['schemas']['Host'] | null
      /** @default null */
      identity?: string | null
      /** @default null */
      image?: string | null
      /** @default [] */
      inputs?: components['schemas']['SentContent'][]
      /**
       * @default step
       * @enum {unknown}
       */
      kind?: 'logged' | 'recording' | 'reproduction' | 'step'
      /** @default [] */
      metrics?: components['schemas']['SentMetric'][]
      /** @default  */
      name?: string
      /** @default false */
      oom_killed?: boolean
      /** @default [] */
      outputs?: components['schemas']['SentContent'][]
      /** @default {} */
      overrides?: {
        [key: string]: string
      }
      /** @default {} */
      params?: Record<string, never>
      /** @default {} */
      parts?: Record<string, never>
      /** @default [] */
      plots?: string[]
      project: string
      /** @default null */
      recording?: components['schemas']['Recording'] | null
      /** @default null */
      reproduces?: string | null
      /** @default {} */
      service?: Record<string, never>
      /** @default null */
      started_at?: number | null
      /** @enum {unknown} */
      status: 'failed' | 'killed' | 'running' | 'scheduled' | 'succeeded'
      /** @default  */
      step?: string
      /** @default {} */
      tags?: {
        [key: string]: string
      }
      /** @default false */
      timed_out?: boolean
      /** @default  */
      user?: string
    }
    /**
     * SentSamples
     * @description Some samples of resources.
     */
    SentSamples: {
      columns: string
      count: number
      fields: string[]
      part: number
    }
    /**
     * SentVersion
     * @description A version of a registered model that a run made.
     *
     *         It is known again by its run and its `source`; the hub that keeps it gives it a number.
     */
    SentVersion: {
      /** @default null */
      content?: components['schemas']['SentContent'] | null
      created_at: number
      /** @default null */
      description?: string | null
      /** @default {} */
      evidence?: Record<string, never>
      model: string
      /** @default null */
      model_description?: string | null
      /** @default  */
      path?: string
      source: string
      /** @default {} */
      tags?: {
        [key: string]: string
      }
      /** @default  */
      user?: string
    }
    /**
     * Series
     * @description One series: its points where they are no more than the width, else buckets.
     */
    Series: {
      buckets: components['schemas']['Buckets'] | null
      count: number
      name: string
      points: components['schemas']['Points'] | null
      run: string
      width: number | null
    }
    /**
     * SeriesImage
     * @description One image of a series.
     */
    SeriesImage: {
      path: string
      step: number
    }
    /**
     * ServedVersion
     * @description A version of a model that a service holds, or asks for.
     */
    ServedVersion: {
      model: string
      /** @default  */
      reference?: string
      /** @default null */
      version?: number | null
    }
    /**
     * Serving
     * @description A service that mounts a model.
     */
    Serving: {
      reference: string
      service: string
    }
    /**
     * SessionState
     * @description Who calls, and what they may do.
     */
    SessionState: {
      grants: {
        [key: string]: 'admin' | 'reader' | 'writer'
      }
      /** @default null */
      home?: string | null
      /** @enum {unknown} */
      role: 'admin' | 'reader' | 'writer'
      token: string | null
    }
    /**
     * SizeBin
     * @description Files between two sizes.
     */
    SizeBin: {
      files: number
      from_bytes: number
      to_bytes: number
    }
    /**
     * Spark
     * @description The objective metric over the newest runs, the oldest first.
     */
    Spark: {
      metric: string
      runs: string[]
      values: (number | null)[]
      way: string
    }
    /**
     * StorageUsed
     * @description What the hub takes, as it was measured last.
     */
    StorageUsed: {
      age_s: (number | null) | null
      /** @default null */
      artifacts?: components['schemas']['Taken'] | null
      /** @default null */
      content?: components['schemas']['Taken'] | null
      /** @default null */
      database?: components['schemas']['Taken'] | null
      is_measuring: boolean
      /** @default null */
      logs?: components['schemas']['Taken'] | null
      /** @default [] */
      projects?: components['schemas']['ProjectStorage'][]
    }
    /**
     * Table
     * @description Runs as rows of chosen columns.
     */
    Table: {
      columns: string[]
      /** @default null */
      count?: number | null
      next_page: string | null
      rows: unknown[][]
      runs: string[]
    }
    /**
     * TableChange
     * @description How a table differs from another; one of the two may be none.
     */
    TableChange: {
      /** @default [] */
      columns_added?: string[]
      /** @default [] */
      columns_removed?: string[]
      /** @default null */
      new_rows?: number | null
      /** @default null */
      old_rows?: number | null
      /** @default [] */
      types_changed?: components['schemas']['TypeChange'][]
    }
    /**
     * TableColumn
     * @description A column of a table.
     */
    TableColumn: {
      name: string
      /** @enum {unknown} */
      type: 'boolean' | 'integer' | 'number' | 'other' | 'text'
    }
    /**
     * TableFile
     * @description A table among the files.
     */
    TableFile: {
      path: string
      size_bytes: number
    }
    /**
     * TablePart
     * @description Rows of a table.
     */
    TablePart: {
      columns: components['schemas']['TableColumn'][]
      columns_count: number
      count: number | null
      offset: number
      rows: unknown[][]
      seen: number
    }
    /**
     * TableProfile
     * @description What a table holds, as far as it was read.
     */
    TableProfile: {
      columns: components['schemas']['ColumnProfile'][]
      columns_count: number
      is_whole: boolean
      rows: number
      total_rows: number | null
    }
    /**
     * Taken
     * @description How much there is of something.
     */
    Taken: {
      /** @default 0 */
      files?: number
      /** @default 0 */
      size_bytes?: number
    }
    /**
     * TheseRuns
     * @description Runs by their ids.
     */
    TheseRuns: {
      runs: string[]
    }
    /**
     * Token
     * @description A token as it is listed: without its secret, which nobody has but its owner.
     */
    Token: {
      created_at: number | null
      expires_at: (number | null) | null
      grants: {
        [key: string]: 'admin' | 'reader' | 'writer'
      }
      id: string
      name: string
      revoked_at: (number | null) | null
      run: string | null
      used_at: (number | null) | null
    }
    /**
     * Tokens
     * @description Tokens without their secrets, the newest first; also those that are not valid any more.
     */
    Tokens: {
      tokens: components['schemas']['Token'][]
    }
    /**
     * TrashItem
     * @description Something in the trash.
     */
    TrashItem: {
      id: string
      /** @enum {unknown} */
      kind: 'model' | 'project' | 'run' | 'version'
    }
    /**
     * TrashListing
     * @description What is in the trash, by kind, what was deleted last first.
     */
    TrashListing: {
      counts: {
        [key: string]: number
      }
      items: components['schemas']['DeletedThing'][]
    }
    /**
     * TypeChange
     * @description A column that has another type.
     */
    TypeChange: {
      name: string
      new: string
      old: string
    }
    /**
     * Used
     * @description What a run used over time, as columns of equal length.
     */
    Used: {
      columns: {
        [key: string]: ((number | null) | null)[]
      }
      totals: components['schemas']['Resources']
    }
    /**
     * ValueCount
     * @description A value, and how often it is there.
     */
    ValueCount: {
      count: number
      value: string
    }
    /**
     * ValuesOfMetrics
     * @description Values of metrics, by name as they were asked for.
     */
    ValuesOfMetrics: {
      metrics: components['schemas']['MetricValues'][]
      runs: string[]
    }
    /**
     * Verdict
     * @description Whether a filter and sort keys can be read, and where not.
     */
    Verdict: {
      /** @default null */
      hint?: string | null
      /** @default null */
      length?: number | null
      /** @default null */
      message?: string | null
      ok: boolean
      /** @default null */
      place?: string | null
      /** @default null */
      position?: number | null
    }
    /**
     * Version
     * @description One version of a registered model; what it is never changes.
     */
    Version: {
      /** @default [] */
      aliases?: string[]
      created_at: number | null
      description: string | null
      logged_model: string | null
      model: string
      number: number
      /** @default null */
      origin?: components['schemas']['Origin'] | null
      run: string | null
      run_link: string | null
      source: string
      stage: string
      status: string
      status_message: string | null
      storage: string
      /** @default {} */
      tags?: {
        [key: string]: string
      }
      updated_at: number | null
      user: string
      version: number
    }
    /**
     * VersionComparison
     * @description Two versions side by side.
     */
    VersionComparison: {
      metrics: components['schemas']['MetricDifference'][]
      new: components['schemas']['Version']
      old: components['schemas']['Version']
      runs: components['schemas']['ComparisonDocument'] | null
    }
    /**
     * VersionDocument
     * @description A version with the run that made it.
     */
    VersionDocument: {
      run: components['schemas']['Run'] | null
      signature: Record<string, never>
      version: components['schemas']['Version']
    }
    /**
     * VersionGate
     * @description The gate of a version.
     */
    VersionGate: {
      report: components['schemas']['GateReport'] | null
    }
    /**
     * ViewChange
     * @description What to change of a view; what is null stays as it is.
     */
    ViewChange: {
      /** @default null */
      name?: string | null
      /** @default null */
      query?: string | null
    }
  }
  responses: {
    /** @description The request is wrong; the message says where. */
    400: {
      headers: {
        [name: string]: unknown
      }
      content: {
        'application/json': components['schemas']['Problem']
      }
    }
    /** @description A token is needed, or the one that was sent is not valid. */
    401: {
      headers: {
        [name: string]: unknown
      }
      content: {
        'application/json': components['schemas']['Problem']
      }
    }
    /** @description The token may not do this. */
    403: {
      headers: {
        [name: string]: unknown
      }
      content: {
        'application/json': components['schemas']['Problem']
      }
    }
    /** @description There is no such thing. */
    404: {
      headers: {
        [name: string]: unknown
      }
      content: {
        'application/json': components['schemas']['Problem']
      }
    }
    /** @description Something else has this name, or is working on it. */
    409: {
      headers: {
        [name: string]: unknown
      }
      content: {
        'application/json': components['schemas']['Problem']
      }
    }
    /** @description Too many wrong tokens were sent. */
    429: {
      headers: {
        [name: string]: unknown
      }
      content: {
        'application/json': components['schemas']['Problem']
      }
    }
    /** @description The database, or the bucket of the artifacts, cannot be used now. */
    503: {
      headers: {
        [name: string]: unknown
      }
      content: {
        'application/json': components['schemas']['Problem']
      }
    }
  }
  parameters: never
  requestBodies: never
  headers: never
  pathItems: never
}
export type $defs = Record<string, never>
export interface operations {
  get_comparison: {
    parameters: {
      query: {
        differing?: boolean
        run: string[]
        skip_gone?: boolean
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Compared']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_comparison_files: {
    parameters: {
      query: {
        run: string[]
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['ComparedFiles']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_comparison_pair: {
    parameters: {
      query: {
        new: string
        old: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['ComparisonDocument']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_data: {
    parameters: {
      query?: {
        limit?: number
        project?: string[]
        search?: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Datasets']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_data_diff: {
    parameters: {
      query: {
        new: string
        old: string
        path: string
        project: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['DataChanges']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_data_profile: {
    parameters: {
      query: {
        digest: string
        file?: string
        path: string
        project: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['DataProfile']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_data_rows: {
    parameters: {
      query: {
        digest: string
        file?: string
        limit?: number
        offset?: number
        path: string
        project: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['TablePart']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_data_users: {
    parameters: {
      query: {
        digest: string
        origin?: 'logged' | 'runs'
        path: string
        project: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['DataUsers']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_data_versions: {
    parameters: {
      query: {
        limit?: number
        offset?: number
        origin?: 'logged' | 'runs'
        path: string
        project: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['DatasetVersions']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_events: {
    parameters: {
      query?: {
        project?: string[]
        run?: string[]
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'text/event-stream': components['schemas']['RunState']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_home: {
    parameters: {
      query?: {
        filter?: string
        limit?: number
        offset?: number
        pinned?: string[]
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Home']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_lineage: {
    parameters: {
      query: {
        depth?: number
        direction?: 'both' | 'down' | 'up'
        of: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Lineage']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_models: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Models']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_models_one: {
    parameters: {
      query?: never
      header?: never
      path: {
        model: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['ModelDocument']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  put_models_aliases_one: {
    parameters: {
      query?: never
      header?: never
      path: {
        alias: string
        model: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['AliasMove']
      }
    }
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['AliasMoved']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  delete_models_aliases_one: {
    parameters: {
      query?: {
        expected?: number | null
      }
      header?: never
      path: {
        alias: string
        model: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['AliasMoved']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_models_aliases_effect: {
    parameters: {
      query?: {
        version?: string
      }
      header?: never
      path: {
        alias: string
        model: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['AliasEffect']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_models_candidates: {
    parameters: {
      query?: never
      header?: never
      path: {
        model: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Candidates']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_models_comparison: {
    parameters: {
      query: {
        new: string
        old: string
      }
      header?: never
      path: {
        model: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['VersionComparison']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  post_models_edit: {
    parameters: {
      query?: never
      header?: never
      path: {
        model: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['RegistryEdit']
      }
    }
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Model']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_models_files_changes: {
    parameters: {
      query: {
        new: string
        old: string
      }
      header?: never
      path: {
        model: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['ModelFileChanges']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_models_trash: {
    parameters: {
      query?: never
      header?: never
      path: {
        model: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['ModelTrash']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_models_versions_one: {
    parameters: {
      query?: never
      header?: never
      path: {
        model: string
        version: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['VersionDocument']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  delete_models_versions_one: {
    parameters: {
      query?: never
      header?: never
      path: {
        model: string
        version: number
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['ModelTrash']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_models_versions_card: {
    parameters: {
      query?: never
      header?: never
      path: {
        model: string
        version: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Card']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  post_models_versions_edit: {
    parameters: {
      query?: never
      header?: never
      path: {
        model: string
        version: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['RegistryEdit']
      }
    }
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Version']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_models_versions_file: {
    parameters: {
      query: {
        download?: boolean
        path: string
      }
      header?: never
      path: {
        model: string
        version: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/octet-stream': string
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_models_versions_files: {
    parameters: {
      query?: never
      header?: never
      path: {
        model: string
        version: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['ModelFiles']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_models_versions_gate: {
    parameters: {
      query?: never
      header?: never
      path: {
        model: string
        version: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['VersionGate']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_models_versions_requirements: {
    parameters: {
      query?: never
      header?: never
      path: {
        model: string
        version: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Requirements']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  post_models_versions_restore: {
    parameters: {
      query?: never
      header?: never
      path: {
        model: string
        version: number
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Version']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_projects: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Projects']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_projects_one: {
    parameters: {
      query?: never
      header?: never
      path: {
        project: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Project']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  post_projects_delete: {
    parameters: {
      query?: never
      header?: never
      path: {
        project: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Nothing']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  post_projects_edit: {
    parameters: {
      query?: never
      header?: never
      path: {
        project: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['ProjectEdit']
      }
    }
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Nothing']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_projects_graph: {
    parameters: {
      query?: never
      header?: never
      path: {
        project: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['ProjectGraph']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_projects_plan: {
    parameters: {
      query?: never
      header?: never
      path: {
        project: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Plan']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  put_projects_plan: {
    parameters: {
      query?: never
      header?: never
      path: {
        project: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['Plan']
      }
    }
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Nothing']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_projects_reports: {
    parameters: {
      query?: never
      header?: never
      path: {
        project: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['ReportList']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_projects_reports_one: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        project: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['ReportFile']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  put_projects_reports_one: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        project: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['NewText']
      }
    }
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['ReportFile']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  post_projects_reports_document: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        project: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['ReportText']
      }
    }
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['ReportDocument']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_projects_reports_html: {
    parameters: {
      query?: never
      header?: never
      path: {
        name: string
        project: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'text/html': string
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  post_projects_restore: {
    parameters: {
      query?: never
      header?: never
      path: {
        project: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Nothing']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_projects_views: {
    parameters: {
      query?: never
      header?: never
      path: {
        project: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['SavedViews']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  post_projects_views: {
    parameters: {
      query?: never
      header?: never
      path: {
        project: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['NewView']
      }
    }
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['SavedView']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  put_projects_views_one: {
    parameters: {
      query?: never
      header?: never
      path: {
        project: string
        view: number
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['ViewChange']
      }
    }
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['SavedView']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  delete_projects_views_one: {
    parameters: {
      query?: never
      header?: never
      path: {
        project: string
        view: number
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Nothing']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_registry: {
    parameters: {
      query?: {
        model?: string
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Registry']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_runs: {
    parameters: {
      query?: {
        archived?: 'all' | 'hide' | 'only'
        count?: boolean
        filter?: string
        limit?: number
        page?: string
        project?: string[]
        sort?: string[]
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Runs']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_runs_one: {
    parameters: {
      query?: never
      header?: never
      path: {
        run: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['RunDocument']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  put_runs_one: {
    parameters: {
      query?: {
        sender?: string
      }
      header?: never
      path: {
        run: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['SentRun']
      }
    }
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['modelcompose.hub.sending.wire.Kept']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_runs_artifacts: {
    parameters: {
      query?: {
        area?: 'artifacts' | 'inputs' | 'outputs'
        path?: string
      }
      header?: never
      path: {
        run: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Artifacts']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_runs_artifacts_file: {
    parameters: {
      query: {
        area?: 'artifacts' | 'inputs' | 'outputs'
        download?: boolean
        path: string
      }
      header?: never
      path: {
        run: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/octet-stream': string
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_runs_artifacts_images: {
    parameters: {
      query?: {
        area?: 'artifacts' | 'inputs' | 'outputs'
      }
      header?: never
      path: {
        run: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['ImagesBySteps']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_runs_artifacts_table: {
    parameters: {
      query: {
        area?: 'artifacts' | 'inputs' | 'outputs'
        limit?: number
        offset?: number
        path: string
      }
      header?: never
      path: {
        run: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['TablePart']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_runs_code: {
    parameters: {
      query?: never
      header?: never
      path: {
        run: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['CodeOf']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_runs_code_changes: {
    parameters: {
      query?: {
        against?: string
      }
      header?: never
      path: {
        run: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['CodeChanges']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_runs_code_file: {
    parameters: {
      query: {
        path: string
      }
      header?: never
      path: {
        run: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['CodeText']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_runs_code_pair: {
    parameters: {
      query: {
        against?: string
        old_path?: string
        path: string
      }
      header?: never
      path: {
        run: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['CodePair']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_runs_log: {
    parameters: {
      query?: {
        limit?: number
        offset?: number | null
        tail?: number
      }
      header?: never
      path: {
        run: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Log']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  put_runs_log: {
    parameters: {
      query?: never
      header?: never
      path: {
        run: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['LogPart']
      }
    }
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['LogSize']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_runs_log_file: {
    parameters: {
      query?: {
        download?: boolean
      }
      header?: never
      path: {
        run: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/octet-stream': string
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_runs_log_lines: {
    parameters: {
      query?: {
        count?: number
        first?: number
      }
      header?: never
      path: {
        run: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['LogLines']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_runs_log_search: {
    parameters: {
      query: {
        is_regex?: boolean
        limit?: number
        offset?: number
        text: string
      }
      header?: never
      path: {
        run: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Matches']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  put_runs_models: {
    parameters: {
      query?: never
      header?: never
      path: {
        run: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['SentModels']
      }
    }
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['KeptModels']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_runs_points: {
    parameters: {
      query: {
        kind?: 'histogram' | 'number' | 'text'
        limit?: number
        name: string
        page?: string
      }
      header?: never
      path: {
        run: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Logged']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  post_runs_points: {
    parameters: {
      query?: never
      header?: never
      path: {
        run: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['PointBatches']
      }
    }
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Position']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_runs_relatives: {
    parameters: {
      query?: never
      header?: never
      path: {
        run: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Relatives']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_runs_resources: {
    parameters: {
      query?: never
      header?: never
      path: {
        run: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Used']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  post_runs_resources: {
    parameters: {
      query?: never
      header?: never
      path: {
        run: string
      }
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['SamplesOf']
      }
    }
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Nothing']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  post_runs_cells: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['modelcompose.hub.api.runs_table.Wanted']
      }
    }
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Cells']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_runs_check: {
    parameters: {
      query?: {
        filter?: string
        sort?: string[]
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Verdict']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_runs_columns: {
    parameters: {
      query?: {
        project?: string[]
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['KnownNames']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_runs_csv: {
    parameters: {
      query?: {
        archived?: 'all' | 'hide' | 'only'
        by?: string[]
        columns?: string[]
        filter?: string
        group?: string
        project?: string[]
        sort?: string[]
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'text/csv': string
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  post_runs_delete: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['TheseRuns']
      }
    }
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Changed']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  post_runs_edit: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['RunEdit']
      }
    }
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Changed']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_runs_groups: {
    parameters: {
      query: {
        archived?: 'all' | 'hide' | 'only'
        by: string[]
        filter?: string
        limit?: number
        of?: string[]
        offset?: number
        project?: string[]
        sort?: string
        statistic?: 'count' | 'deviation' | 'max' | 'mean' | 'min'
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Groups']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  post_runs_metrics: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['ChosenRuns']
      }
    }
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['MetricNames']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  post_runs_metrics_values: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['ChosenMetrics']
      }
    }
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['ValuesOfMetrics']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_runs_order: {
    parameters: {
      query?: {
        archived?: 'all' | 'hide' | 'only'
        by?: string[]
        filter?: string
        group?: string
        project?: string[]
        sort?: string[]
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Order']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  post_runs_restore: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['TheseRuns']
      }
    }
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Changed']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_runs_table: {
    parameters: {
      query: {
        archived?: 'all' | 'hide' | 'only'
        columns: string[]
        count?: boolean
        filter?: string
        limit?: number
        page?: string
        project?: string[]
        sort?: string[]
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Table']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_runs_values: {
    parameters: {
      query: {
        name: string
        prefix?: string
        project?: string[]
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['KnownValues']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_series: {
    parameters: {
      query: {
        axis?: 'relative' | 'step' | 'time'
        end?: number | null
        name: string[]
        run: string[]
        start?: number | null
        width?: number
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Charts']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_series_columns: {
    parameters: {
      query: {
        axis?: 'relative' | 'step' | 'time'
        end?: number | null
        level?: number | null
        name: string[]
        other?: boolean
        points?: number | null
        run: string[]
        start?: number | null
        width?: number
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/octet-stream': string
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_session: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['SessionState']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  post_session: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Nothing']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  delete_session: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Nothing']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_storage: {
    parameters: {
      query?: {
        refresh?: boolean
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['StorageUsed']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_tokens: {
    parameters: {
      query?: {
        with_runs?: boolean
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Tokens']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  post_tokens: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['NewToken']
      }
    }
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['MadeToken']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  delete_tokens_one: {
    parameters: {
      query?: never
      header?: never
      path: {
        token: string
      }
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Nothing']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_trash: {
    parameters: {
      query?: {
        kind?: ('model' | 'project' | 'run' | 'version')[]
        limit?: number
        offset?: number
      }
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['TrashListing']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  post_trash_purge: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['Purge']
      }
    }
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Collection']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  post_trash_restore: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody: {
      content: {
        'application/json': components['schemas']['RestoreAsked']
      }
    }
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['Restored']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
  get_views: {
    parameters: {
      query?: never
      header?: never
      path?: never
      cookie?: never
    }
    requestBody?: never
    responses: {
      /** @description The answer. */
      200: {
        headers: {
          [name: string]: unknown
        }
        content: {
          'application/json': components['schemas']['AllViews']
        }
      }
      400: components['responses']['400']
      401: components['responses']['401']
      403: components['responses']['403']
      404: components['responses']['404']
      409: components['responses']['409']
      429: components['responses']['429']
      503: components['responses']['503']
    }
  }
}
