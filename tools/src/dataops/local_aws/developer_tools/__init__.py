"""CodeCommit, CodeBuild, CodePipeline and connections: of these moto keeps next to nothing, so they are played here."""
